"""One HTTP exchange as Kestra's client makes it: options read, request sent, answer judged."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import anyio

from tiercel_engine.expressions.http_options import BadOption, HttpOptions, read_http_options
from tiercel_engine.tasks.api import TaskContext, TaskFailure
from tiercel_engine.tasks.core.http.body import request_body
from tiercel_engine.tasks.core.http.telling import count, note
from tiercel_engine.tasks.properties import as_text, mapping, required_text, text
from tiercel_schemas.versions import KestraVersion

if TYPE_CHECKING:
    import httpx

RETRIED_ONCE = frozenset({429, 503})
RETRY_PAUSE = 1.0
_ESCAPED = re.compile(r"[^\x21-\x7e]")


async def read_options(context: TaskContext) -> HttpOptions:
    """The options of a task, with 1.3's properties of the task itself read too; raises `TaskFailure`."""
    own = await mapping(context, "options")
    for name in ("allowFailed", "sslOptions"):
        if context.properties.get(name) is not None and own.get(name) is None:
            own[name] = await context.render_value(context.properties[name])
    proxy = own.get("proxy")
    if isinstance(proxy, Mapping) and proxy.get("address") and as_text(proxy.get("type", "DIRECT")).upper() == "DIRECT":
        context.log("WARN", "The proxy is not used: its `type` is DIRECT where none is given; say HTTP or SOCKS")
    try:
        return read_http_options(own)
    except BadOption as complaint:
        raise TaskFailure(str(complaint)) from complaint


@asynccontextmanager
async def exchange(
    context: TaskContext, options: HttpOptions, accept: str | None = None
) -> AsyncIterator[httpx.Response]:
    """Send the task's request; the answer can be streamed. Raises `TaskFailure` for all that goes wrong."""
    import httpx

    url = await _url(context)
    method = (await text(context, "method", "GET") or "GET").upper()
    content, files, headers = await request_body(context, options, accept)
    try:
        async with httpx.AsyncClient(auth=options.authentication(), **options.client_arguments()) as client:
            client.headers.clear()
            request = client.build_request(method, url, content=content, files=files or None, headers=headers)
            response = await _sent(context, client, request, options)
            try:
                await _judge(response, options)
                yield response
            finally:
                await response.aclose()
    except httpx.TimeoutException as error:
        raise _logged(context, "java.net.SocketTimeoutException: Read timed out", "Read timed out") from error
    except httpx.ConnectError as error:
        message = f"Connect to {request_origin(url)} failed: {_connect_cause(error)}"
        raise _logged(context, message, message) from error
    except httpx.TooManyRedirects as error:
        raise _logged(context, "Maximum redirects (50) exceeded", "Maximum redirects (50) exceeded") from error
    except (httpx.HTTPError, httpx.InvalidURL, ImportError, ValueError) as error:
        raise _logged(context, str(error), str(error)) from error


def request_origin(url: str) -> str:
    """Scheme, host and port of a URL."""
    match = re.match(r"[a-z][a-z0-9+.-]*://[^/?#]*", url, re.IGNORECASE)
    return match[0] if match else url


async def _url(context: TaskContext) -> str:
    from urllib.parse import quote

    url = _ESCAPED.sub(lambda match: quote(match[0]), await required_text(context, "uri"))
    if re.match(r"https?://[^/]", url, re.IGNORECASE) is None:
        what = "Target host is not specified"
        raise _logged(context, f"org.apache.hc.client5.http.ClientProtocolException: {what}", f"{what}\n{what}")
    pairs = [
        f"{quote(name, safe='')}={quote(as_text(value), safe='')}"
        for name, given in (await mapping(context, "params")).items()
        for value in (given if isinstance(given, (list, tuple)) else [given])
    ]
    if not pairs:
        return url
    return f"{url}{'&' if '?' in url else '?'}{'&'.join(pairs)}"


async def _sent(
    context: TaskContext, client: httpx.AsyncClient, request: httpx.Request, options: HttpOptions
) -> httpx.Response:
    tries = 1
    response = await client.send(request, stream=True)
    await note(context, response, options)
    if response.status_code in RETRIED_ONCE:
        await response.aclose()
        if context.version is KestraVersion.V1_3:
            # It counts by status, where 2.0 adds both up under the last.
            count(context, response, 1)
        else:
            tries += 1
        await anyio.sleep(RETRY_PAUSE)
        response = await client.send(request, stream=True)
        await note(context, response, options)
    count(context, response, tries)
    return response


async def _judge(response: httpx.Response, options: HttpOptions) -> None:
    code = response.status_code
    if not options.refuses(code):
        return
    body = (await response.aread()).decode(options.charset, errors="replace")
    message = f"Failed http request with response code '{code}'"
    # Kestra writes the break before the body so.
    raise TaskFailure(f"{message} and body:[0x36]{body}" if body else message)


def _connect_cause(error: httpx.ConnectError) -> str:
    text_ = str(error).lower()
    if "refused" in text_ or "all connection attempts failed" in text_:
        return "Connection refused"
    return str(error)


def _logged(context: TaskContext, first: str, message: str) -> TaskFailure:
    # Kestra's client logs the cause before the task fails with it.
    context.log("ERROR", first)
    return TaskFailure(message)


def header_lists(response: httpx.Response) -> dict[str, list[str]]:
    """The headers of an answer: lists of values by lower-case name."""
    headers: dict[str, list[str]] = {}
    for name, value in response.headers.multi_items():
        headers.setdefault(name.lower(), []).append(value)
    return headers
