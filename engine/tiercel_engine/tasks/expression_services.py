"""What expressions may reach on this machine: keys, secrets, files and HTTP, by a project's services."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

from tiercel_engine.expressions.http_client import request
from tiercel_engine.expressions.services import BareServices, HttpAnswer, HttpCall, NotAllowed
from tiercel_engine.secrets import SecretBackendError
from tiercel_engine.storage import KvError, Reader, StorageError
from tiercel_engine.tasks.services import LocalServices


class LocalExpressionServices(BareServices):
    """The services of expressions over those of a project.

    `knows_namespace` says whether a flow of the workspace lives in a namespace; one that holds keys is known anyway.
    Secrets that are read are given to the masker at once. `reader` is the execution that asks for files; without one
    nobody's files are kept from it.
    """

    def __init__(
        self,
        services: LocalServices,
        knows_namespace: Callable[[str], bool] = lambda _: False,
        reader: Reader | None = None,
    ) -> None:
        self._services = services
        self._knows_namespace = knows_namespace
        self._reader = reader

    def free_port(self) -> int:
        """A TCP port that nobody listens on."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return int(probe.getsockname()[1])

    def kv(self, namespace: str, key: str) -> Any:
        """A value of exactly this namespace."""
        try:
            entry = self._services.kv.get(namespace, key)
        except KvError as error:
            raise KeyError(key) from error
        if entry is None:
            raise KeyError(key)
        return entry.value

    def namespace_exists(self, namespace: str) -> bool:
        """Whether flows or keys live there, or below, or the project names it."""
        known = (*self._services.namespaces, *self._services.kv.namespaces())
        return self._knows_namespace(namespace) or any(f"{each}.".startswith(f"{namespace}.") for each in known)

    def secret(self, namespace: str, key: str) -> str:
        """A secret of a namespace or of one above it, masked from now on."""
        try:
            found = self._services.secrets.get(key, namespace)
        except SecretBackendError as error:
            raise NotAllowed(str(error)) from error
        if found is None:
            raise KeyError(key)
        self._services.masker.add(found)
        return found

    def read_namespace_file(self, namespace: str, path: str, revision: int | None) -> bytes:
        """The content of a namespace file, of its newest version or of the one asked for."""
        try:
            if self._reader is not None:
                self._services.storage.access.check_namespace(namespace, self._reader)
            return self._services.files.read(namespace, path, revision)
        except StorageError as error:
            raise NotAllowed(str(error)) from error

    def read_uri(self, uri: str) -> bytes:
        """The content behind a `kestra://` URI; files outside of storage are not served."""
        if not uri.startswith("kestra://"):
            raise NotAllowed(f"Only kestra:// files can be read here, not '{uri}'")
        try:
            if self._reader is not None:
                self._services.storage.access.check_uri(uri, self._reader)
            return self._services.storage.read_bytes(uri)
        except StorageError as error:
            raise NotAllowed(str(error)) from error

    def http(self, call: HttpCall) -> HttpAnswer:
        """Make a request."""
        return request(call)

    def mask(self, value: Any) -> Any:
        """Plain data without the secrets that were read."""
        return self._services.masker.data(value)
