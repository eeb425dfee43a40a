"""The requests that the function `http` makes, wherever a template is rendered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiercel_engine.expressions.services import HttpAnswer

if TYPE_CHECKING:
    from tiercel_engine.expressions.services import HttpCall

_SECONDS = 60.0
_LARGEST = 10 << 20
_AGENT = {"User-Agent": "Kestra"}


def request(call: HttpCall, *, largest: int = _LARGEST) -> HttpAnswer:
    """Makes a request, redirects followed. Raises OSError without an answer, or with one of over `largest` bytes."""
    import httpx

    headers = {**_AGENT, **{str(name): str(value) for name, value in call.headers.items()}}
    try:
        with (
            httpx.Client(timeout=_SECONDS, follow_redirects=True, trust_env=False) as client,
            client.stream(call.method, call.uri, headers=headers, content=call.body) as response,
        ):
            body = bytearray()
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > largest:
                    raise OSError(f"The answer of {call.uri} has more than {largest} bytes")
            return HttpAnswer(response.status_code, bytes(body), response.headers.get("content-type", ""))
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
        raise OSError(str(error) or type(error).__name__) from error
