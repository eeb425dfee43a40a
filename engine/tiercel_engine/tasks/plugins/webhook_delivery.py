"""Posting a text to a chat's or an alert service's webhook, as all notification tasks do."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tiercel_engine.tasks.api import TaskContext, TaskFailure, TaskResult
from tiercel_engine.tasks.core.http.exchange import read_options, request_origin
from tiercel_engine.tasks.properties import as_text, mapping, required_text, text

LONGEST_ANSWER = 10_485_760
"""Bytes of an answer that are looked at."""


async def post(context: TaskContext, url: str, body: str, headers: Mapping[str, str] | None = None) -> str:
    """Post JSON text with the task's `options`; the answer's text. Raises `TaskFailure` for an answer from 400 on."""
    import httpx

    options = await read_options(context)
    own = {name: as_text(value) for name, value in ((await mapping(context, "options")).get("headers") or {}).items()}
    sent = {"Content-Type": "application/json", "User-Agent": "Kestra", **(headers or {}), **own}
    limits = httpx.Timeout(options.read_timeout, connect=options.connect_timeout or options.read_timeout)
    try:
        async with (
            httpx.AsyncClient(timeout=limits, proxy=options.proxy, trust_env=False) as client,
            client.stream("POST", url, content=body.encode(options.charset), headers=sent) as response,
        ):
            answer = await _bounded(response)
    except httpx.TimeoutException as error:
        raise TaskFailure("Read timed out") from error
    except httpx.ConnectError as error:
        raise TaskFailure(f"Connect to {request_origin(url)} failed: {error}") from error
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise TaskFailure(str(error)) from error
    context.log("DEBUG", f"Response: {answer}")
    if response.status_code >= 400:
        told = f" and body:\n{answer}" if answer else ""
        raise TaskFailure(f"Failed http request with response code '{response.status_code}'{told}")
    if response.status_code == 200:
        context.log("INFO", "Request succeeded")
    return answer


async def post_payload(context: TaskContext, headers: Mapping[str, str] | None = None) -> TaskResult:
    """Post the task's `payload` to its `url` as it is; no outputs."""
    url = await required_text(context, "url")
    payload = await text(context, "payload")
    if payload is None:
        raise TaskFailure("Missing required property 'payload'")
    await post(context, url, payload, headers)
    return TaskResult()


async def post_message(
    context: TaskContext, message: Mapping[str, Any], headers: Mapping[str, str] | None = None
) -> TaskResult:
    """Post a message, or the task's `payload` in its place, to its `url`; no outputs."""
    if context.properties.get("payload") is not None:
        return await post_payload(context, headers)
    url = await required_text(context, "url")
    await post(context, url, json.dumps({name: value for name, value in message.items() if value is not None}), headers)
    return TaskResult()


async def _bounded(response: Any) -> str:
    parts, length = [], 0
    async for part in response.aiter_bytes():
        parts.append(part)
        length += len(part)
        if length > LONGEST_ANSWER:
            break
    return b"".join(parts)[:LONGEST_ANSWER].decode("utf-8", errors="replace")
