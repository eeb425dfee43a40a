"""Surroundings that live in memory: KV pairs, namespace files and secrets given by the caller."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tiercel_engine.expressions.services import BareServices, SubflowCall

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class MemoryServices(BareServices):
    """KV pairs and files by namespace; `secret_of` gives a secret by name, None when there is none."""

    def __init__(self, secret_of: Callable[[str], str | None] = lambda _: None) -> None:
        self._secret_of = secret_of
        self._kv: dict[str, dict[str, Any]] = {}
        self._files: dict[str, dict[str, bytes]] = {}

    def put(self, namespace: str, kv: Mapping[str, Any], files: Mapping[str, str]) -> None:
        """Adds KV pairs and files (path: text) to a namespace, which exists from then on."""
        self._kv.setdefault(namespace, {}).update(kv)
        by_path = {f"/{path.lstrip('/')}": text.encode() for path, text in files.items()}
        self._files.setdefault(namespace, {}).update(by_path)

    def kv(self, namespace: str, key: str) -> Any:
        """A value of exactly this namespace."""
        return self._kv.get(namespace, {})[key]

    def namespace_exists(self, namespace: str) -> bool:
        """Whether something was put there."""
        return namespace in self._kv

    def secret(self, namespace: str, key: str) -> str:  # noqa: ARG002 - secrets here know no namespaces
        """A secret by name."""
        found = self._secret_of(key)
        if found is None:
            raise KeyError(key)
        return found

    def read_namespace_file(self, namespace: str, path: str, revision: int | None) -> bytes:
        """The content that was put there."""
        content = self._files.get(namespace, {}).get(path)
        if content is None or revision not in (None, 1):
            raise FileNotFoundError(path)
        return content

    def read_uri(self, uri: str) -> bytes:
        """Nothing lies in internal storage."""
        raise FileNotFoundError(uri)

    def subflow(self, call: SubflowCall) -> Mapping[str, Any]:
        """No flow is known."""
        raise KeyError(call.id)
