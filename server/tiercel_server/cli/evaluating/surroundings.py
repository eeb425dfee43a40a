"""What expressions may ask for on the command line: KV pairs and files of a batch, secrets, HTTP."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING

from tiercel_engine.expressions.memory_services import MemoryServices

if TYPE_CHECKING:
    from tiercel_engine.expressions import HttpAnswer, HttpCall

_SECONDS = 30.0
_LARGEST = 10 << 20


class CommandLineServices(MemoryServices):
    """Memory for KV pairs and files, `SECRET_…` variables for secrets, and real requests."""

    def __init__(self) -> None:
        super().__init__(_secret)

    def free_port(self) -> int:
        """A TCP port that nobody listens on."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return int(probe.getsockname()[1])

    def http(self, call: HttpCall) -> HttpAnswer:
        """Makes a request."""
        import httpx

        from tiercel_engine.expressions import HttpAnswer

        try:
            with (
                httpx.Client(timeout=_SECONDS, follow_redirects=True) as client,
                client.stream(call.method, call.uri, headers=dict(call.headers), content=call.body) as response,
            ):
                body = b""
                for chunk in response.iter_bytes():
                    body += chunk
                    if len(body) > _LARGEST:
                        raise OSError(f"The answer of {call.uri} is larger than {_LARGEST >> 20} MB")
                return HttpAnswer(response.status_code, body, response.headers.get("content-type", ""))
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise OSError(str(error)) from error


def _secret(name: str) -> str | None:
    from tiercel_engine.secrets.sources import EnvironmentSecrets

    return EnvironmentSecrets(os.environ).get(name)
