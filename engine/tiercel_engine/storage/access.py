"""Who may read what: files of one's own execution, of the one that started it, and of namespaces that allow it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tiercel_engine.storage.layout import StorageError, namespace_path, path_of

_READABLE = re.compile(r"(?:^|/)(?:executions/[^/]+|_files)/")
_EXECUTION = re.compile(r"/executions/([^/]+)/")
_KEPT_BY_THE_ENGINE = re.compile(r"(?:^|/)(?:_kv|_file_versions|cache)/")


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: an execution of a flow in a namespace; `family` are its id and those of the ones that started it."""

    namespace: str
    family: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class StorageAccess:
    """Which namespaces keep to themselves: each with the namespaces that may read it, besides those below it."""

    allowed: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def check_uri(self, uri: str, reader: Reader) -> None:
        """Refuse a `kestra:///` URI that the reader may not read; raises `StorageError`."""
        path = path_of(uri)
        if _KEPT_BY_THE_ENGINE.search(path) and not _READABLE.search(path):
            raise StorageError(
                f"'{uri}' is neither a file of an execution nor a namespace file, so no flow may read it"
            )
        # Only the first counts: below it an author names folders as he likes.
        execution = _EXECUTION.search(path)
        if execution is not None and execution[1] in reader.family:
            return
        owners = [name for name in self.allowed if path.startswith(f"{namespace_path(name)}/")]
        if owners and not self._lets(max(owners, key=len), reader.namespace):
            raise StorageError(
                f"'{uri}' belongs to neither this execution nor the one that started it, and namespace "
                f"'{max(owners, key=len)}' does not let '{reader.namespace}' read its files"
            )

    def check_namespace(self, namespace: str, reader: Reader) -> None:
        """Refuse the files of a namespace that the reader may not read; raises `StorageError`."""
        owner = next((name for name in upwards(namespace) if name in self.allowed), None)
        if owner is not None and not self._lets(owner, reader.namespace):
            raise StorageError(f"Namespace '{owner}' does not let '{reader.namespace}' read its files")

    def _lets(self, owner: str, reader: str) -> bool:
        return any(name == owner or name in self.allowed[owner] for name in upwards(reader))


def upwards(namespace: str) -> Iterable[str]:
    """A namespace and those above it, the nearest first."""
    while namespace:
        yield namespace
        namespace = namespace.rpartition(".")[0]


OPEN_ACCESS = StorageAccess()
"""Every namespace may read every other, as in Kestra's open edition."""
