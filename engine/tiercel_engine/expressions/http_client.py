"""The requests that the function `http` makes, wherever a template is rendered."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tiercel_engine.expressions.http_options import BadOption, read_http_options
from tiercel_engine.expressions.services import HttpAnswer

if TYPE_CHECKING:
    from tiercel_engine.expressions.http_options import HttpOptions
    from tiercel_engine.expressions.services import HttpCall

_SECONDS = 60.0
_LARGEST = 10 << 20
_AGENT = {"User-Agent": "Kestra"}


def request(call: HttpCall, *, largest: int = _LARGEST) -> HttpAnswer:
    """Makes a request as its `options` say. Raises OSError without an answer, or with one of over `largest` bytes."""
    import httpx

    headers = {**_AGENT, **{str(name): str(value) for name, value in call.headers.items()}}
    try:
        options = _options(call)
        most = min(largest, options.longest_answer or largest)
        with (
            httpx.Client(auth=options.authentication(), **options.client_arguments()) as client,
            client.stream(call.method, call.uri, headers=headers, content=call.body) as response,
        ):
            body = bytearray()
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > most:
                    raise OSError(f"The answer of {call.uri} has more than {most} bytes")
            code = response.status_code
            refused = options.refuses(code)
            if refused and code < 400:
                raise OSError(f"Failed http request with response code '{code}'")
            # What reads the answer judges by the status alone: one that the options allow must not look bad.
            status = code if refused else min(code, 399)
            return HttpAnswer(status, bytes(body), response.headers.get("content-type", ""))
    except (httpx.HTTPError, httpx.InvalidURL, ImportError, UnicodeError, BadOption) as error:
        raise OSError(str(error) or type(error).__name__) from error


def _options(call: HttpCall) -> HttpOptions:
    options = read_http_options(call.options)
    timeout = call.options.get("timeout")
    if isinstance(timeout, dict) and timeout.get("readIdleTimeout"):
        return options
    return replace(options, read_timeout=min(options.read_timeout, _SECONDS))
