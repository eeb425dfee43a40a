"""The surroundings in which the records of rendering were made: KV pairs and namespace files in memory."""

from __future__ import annotations

from typing import Any

from tiercel_engine.expressions import BareServices


class RecordedServices(BareServices):
    """KV pairs, files and one secret, as a `setup` entry of the cases puts them in place."""

    def __init__(self) -> None:
        self._kv: dict[str, dict[str, Any]] = {}
        self._files: dict[str, dict[str, bytes]] = {}

    def set_up(self, setup: dict[str, Any]) -> None:
        """Puts the KV pairs and files of a `setup` entry in place."""
        namespace = setup["namespace"]
        self._kv.setdefault(namespace, {}).update(setup.get("kv", {}))
        files = {f"/{path.lstrip('/')}": text.encode() for path, text in setup.get("files", {}).items()}
        self._files.setdefault(namespace, {}).update(files)

    def kv(self, namespace: str, key: str) -> Any:
        return self._kv.get(namespace, {})[key]

    def namespace_exists(self, namespace: str) -> bool:
        return namespace in self._kv

    def secret(self, namespace: str, key: str) -> str:
        return {"ORACLE_SECRET": "s3cr3t-value"}[key.upper()]

    def read_namespace_file(self, namespace: str, path: str, revision: int | None) -> bytes:
        try:
            return self._files[namespace][path]
        except KeyError:
            raise FileNotFoundError(path) from None

    def read_uri(self, uri: str) -> bytes:
        raise FileNotFoundError(uri)

    def subflow(self, call: Any) -> Any:
        raise KeyError(call.id)
