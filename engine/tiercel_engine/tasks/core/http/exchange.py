"""One HTTP exchange as Kestra's client makes it: options read, request sent, answer judged."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import anyio

from tiercel_engine.tasks.api import TaskContext, TaskFailure
from tiercel_engine.tasks.properties import as_text, mapping, parse_iso_duration, required_text, text
from tiercel_engine.tasks.working_files import local_file

if TYPE_CHECKING:
    import httpx

RETRIED_ONCE = frozenset({429, 503})
RETRY_PAUSE = 1.0
READ_TIMEOUT = 300.0
MOST_REDIRECTS = 50
_ESCAPED = re.compile(r"[^\x21-\x7e]")


@dataclass(frozen=True, slots=True)
class Options:
    """What `options` say; times in seconds."""

    connect_timeout: float | None
    read_timeout: float
    follow_redirects: bool
    allow_failed: bool
    allowed_codes: frozenset[int]
    charset: str
    verify: bool
    auth: Mapping[str, Any]
    proxy: str | None


async def read_options(context: TaskContext) -> Options:
    """The options of a task, with 1.3's flat names read too; raises `TaskFailure`."""
    own = await mapping(context, "options")
    timeout = own.get("timeout") or {}
    connect = timeout.get("connectTimeout") or own.get("connectTimeout")
    read = timeout.get("readIdleTimeout") or own.get("readTimeout") or own.get("readIdleTimeout")
    ssl = own.get("ssl") or own.get("sslOptions") or {}
    allow_failed = own.get("allowFailed", context.properties.get("allowFailed", False))
    return Options(
        connect_timeout=parse_iso_duration(as_text(connect)).total_seconds() if connect else None,
        read_timeout=parse_iso_duration(as_text(read)).total_seconds() if read else READ_TIMEOUT,
        follow_redirects=as_text(own.get("followRedirects", True)).lower() == "true",
        allow_failed=as_text(allow_failed).lower() == "true",
        allowed_codes=frozenset(int(as_text(code)) for code in own.get("allowedResponseCodes") or ()),
        charset=as_text(own.get("defaultCharset") or "UTF-8"),
        verify=as_text(ssl.get("insecureTrustAllCertificates", False)).lower() != "true",
        auth=own.get("auth") or _basic_auth(own),
        proxy=_proxy(own.get("proxy") or {}),
    )


def _basic_auth(own: Mapping[str, Any]) -> Mapping[str, Any]:
    if "basicAuthUser" not in own:
        return {}
    return {"type": "BASIC", "username": own["basicAuthUser"], "password": own.get("basicAuthPassword")}


def _proxy(own: Mapping[str, Any]) -> str | None:
    if not own.get("address"):
        return None
    scheme = "socks5" if as_text(own.get("type", "HTTP")).upper() == "SOCKS" else "http"
    user = f"{own['username']}:{own.get('password', '')}@" if own.get("username") else ""
    port = f":{as_text(own['port'])}" if own.get("port") else ""
    return f"{scheme}://{user}{as_text(own['address'])}{port}"


@asynccontextmanager
async def exchange(context: TaskContext, options: Options) -> AsyncIterator[httpx.Response]:
    """Send the task's request; the answer can be streamed. Raises `TaskFailure` for all that goes wrong."""
    import httpx

    url = await _url(context)
    method = (await text(context, "method", "GET") or "GET").upper()
    content, files, headers = await _body(context, options)
    limits = httpx.Timeout(options.read_timeout, connect=options.connect_timeout or READ_TIMEOUT)
    try:
        async with httpx.AsyncClient(
            timeout=limits,
            follow_redirects=options.follow_redirects,
            max_redirects=MOST_REDIRECTS,
            verify=options.verify,
            auth=_auth(options.auth, headers),
            proxy=options.proxy,
            trust_env=False,
        ) as client:
            client.headers.clear()
            request = client.build_request(method, url, content=content, files=files or None, headers=headers)
            response = await _sent(context, client, request)
            try:
                await _judge(response, options)
                yield response
            finally:
                await response.aclose()
    except httpx.TimeoutException as error:
        raise _logged(context, "java.net.SocketTimeoutException: Read timed out", "Read timed out") from error
    except httpx.ConnectError as error:
        address = f"{request_origin(url)}"
        message = f"Connect to {address} failed: {_connect_cause(error)}"
        raise _logged(context, message, message) from error
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
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


async def _body(context: TaskContext, options: Options) -> tuple[bytes | None, list[tuple[str, Any]], dict[str, str]]:
    headers = {
        "Accept-Encoding": "gzip, x-gzip, deflate",
        "Connection": "keep-alive",
        "User-Agent": "Kestra",
    }
    content_type = await text(context, "contentType")
    form = await mapping(context, "formData")
    content: bytes | None = None
    files: list[tuple[str, Any]] = []
    if form and (content_type or "").startswith("multipart/"):
        files = [(name, _part(context, value)) for name, value in form.items()]
    elif form:
        from urllib.parse import urlencode

        content = urlencode({name: as_text(value) for name, value in form.items()}).encode()
        headers["Content-Type"] = "application/x-www-form-urlencoded; charset=ISO-8859-1"
    else:
        body = await text(context, "body")
        if body is not None:
            content = body.encode(options.charset, errors="replace")
            headers["Content-Type"] = f"{content_type or 'application/json'}; charset={options.charset}"
    own = {name: as_text(value) for name, value in (await mapping(context, "headers")).items()}
    replaced = {name.lower() for name in own}
    kept = {name: value for name, value in headers.items() if name.lower() not in replaced}
    return content, files, {**kept, **own}


def _part(context: TaskContext, value: Any) -> Any:
    if isinstance(value, Mapping):
        source = as_text(value.get("content"))
        return as_text(value.get("name")), local_file(context, source).read_bytes()
    content = as_text(value)
    if content.startswith("kestra://"):
        path = local_file(context, content)
        return path.name, path.read_bytes()
    return None, content.encode()


def _auth(own: Mapping[str, Any], headers: dict[str, str]) -> Any:
    import httpx

    kind = as_text(own.get("type", "")).upper()
    if kind == "BEARER":
        headers["Authorization"] = f"Bearer {as_text(own.get('token'))}"
        return None
    user, password = as_text(own.get("username", "")), as_text(own.get("password", ""))
    if kind == "BASIC":
        return httpx.BasicAuth(user, password)
    return httpx.DigestAuth(user, password) if kind == "DIGEST" else None


async def _sent(context: TaskContext, client: httpx.AsyncClient, request: httpx.Request) -> httpx.Response:
    response = await client.send(request, stream=True)
    _note(context, response)
    if response.status_code in RETRIED_ONCE:
        await response.aclose()
        await anyio.sleep(RETRY_PAUSE)
        response = await client.send(request, stream=True)
        _note(context, response)
    return response


def _note(context: TaskContext, response: httpx.Response) -> None:
    url = str(response.request.url)
    code = response.status_code
    context.log("DEBUG", f"Request '{url}' from '{response.request.url.host}' with the response code '{code}'")
    tags = {
        "request.hostname": response.request.url.host,
        "request.method": response.request.method,
        "request.scheme": response.request.url.scheme,
        "response.code": str(code),
    }
    context.metric("counter", "request.count", 1.0, tags)
    length = response.headers.get("content-length")
    if length is not None and length.isdigit():
        context.metric("counter", "response.length", float(length), tags)


async def _judge(response: httpx.Response, options: Options) -> None:
    code = response.status_code
    if code < 400 or options.allow_failed or code in options.allowed_codes:
        if code < 400 and options.allowed_codes and code not in options.allowed_codes:
            raise TaskFailure(f"Failed http request with response code '{code}'")
        return
    body = (await response.aread()).decode(options.charset, errors="replace")
    message = f"Failed http request with response code '{code}'"
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
