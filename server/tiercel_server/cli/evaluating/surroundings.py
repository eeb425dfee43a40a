"""What expressions may ask for on the command line: KV pairs and files of a batch, secrets, HTTP."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING, Any

from tiercel_engine.expressions.memory_services import MemoryServices

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tiercel_engine.expressions import HttpAnswer, HttpCall


class CommandLineServices(MemoryServices):
    """Memory for KV pairs and files, `SECRET_…` variables for secrets, and real requests."""

    def __init__(self) -> None:
        super().__init__(self._secret)
        self._known_secrets: set[str] = set()

    def _secret(self, name: str) -> str | None:
        from tiercel_engine.secrets.sources import EnvironmentSecrets

        found = EnvironmentSecrets(os.environ).get(name)
        if found is not None:
            self._known_secrets.add(found)
        return found

    def hide(self, secrets: Iterable[str]) -> None:
        """Mask these as well: SECRET inputs."""
        self._known_secrets.update(secrets)

    def mask(self, value: Any) -> Any:
        """Plain data without the secrets that were read."""
        from tiercel_engine.secrets.masking import Masker

        return Masker(self._known_secrets).data(value)

    def free_port(self) -> int:
        """A TCP port that nobody listens on."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return int(probe.getsockname()[1])

    def http(self, call: HttpCall) -> HttpAnswer:
        """Makes a request."""
        from tiercel_engine.expressions.http_client import request

        return request(call)
