"""What a task's log and metrics hear of an exchange."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tiercel_engine.expressions.http_options import HttpOptions
from tiercel_engine.tasks.api import TaskContext

if TYPE_CHECKING:
    import httpx

_MOST_SHOWN = 10_000
"""Characters of a body that the log shows."""


async def note(context: TaskContext, response: httpx.Response, options: HttpOptions) -> None:
    """Log the answer's status and what `options.logs` names."""
    url, code = str(response.request.url), response.status_code
    context.log("DEBUG", f"Request '{url}' from '{_address(response)}' with the response code '{code}'")
    await _show(context, response, options)


def count(context: TaskContext, response: httpx.Response, tries: int) -> None:
    """Write the metrics of an exchange: `response` is the last of `tries` answers."""
    request = response.request
    tags = {
        "request.hostname": request.url.host,
        "request.method": request.method,
        "request.scheme": request.url.scheme,
        "response.code": str(response.status_code),
    }
    context.metric("counter", "request.count", float(tries), tags)
    context.metric("counter", "response.count", float(tries), tags)
    length = response.headers.get("content-length")
    if length is not None and length.isdigit():
        context.metric("counter", "response.length", float(length), tags)


def _address(response: httpx.Response) -> str:
    """Whom the connection was to, as Java writes addresses."""
    host = response.request.url.host
    stream = response.extensions.get("network_stream")
    address = stream.get_extra_info("server_addr") if stream is not None else None
    return f"{host}/{address[0]}:{address[1]}" if address else host


async def _show(context: TaskContext, response: httpx.Response, options: HttpOptions) -> None:
    if "REQUEST_HEADERS" in options.logs:
        context.log("DEBUG", f"Request headers:\n{_lines(response.request.headers.raw)}")
    if "REQUEST_BODY" in options.logs:
        context.log("DEBUG", f"Request body:\n{_text(await response.request.aread(), options.charset)}")
    if "RESPONSE_HEADERS" in options.logs:
        context.log("DEBUG", f"Response headers:\n{_lines(response.headers.raw)}")
    if "RESPONSE_BODY" in options.logs:
        context.log("DEBUG", f"Response body:\n{_text(await response.aread(), options.charset)}")


def _lines(headers: Iterable[tuple[bytes, bytes]]) -> str:
    return "\n".join(f"{name.decode('latin-1')}: {value.decode('latin-1')}" for name, value in headers)


def _text(content: bytes, charset: str) -> str:
    shown = content.decode(charset, errors="replace")
    return shown if len(shown) <= _MOST_SHOWN else f"{shown[:_MOST_SHOWN]}… ({len(shown)} characters)"
