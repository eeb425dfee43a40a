"""Namespace files with their versions: those stored, above those of a folder that the project names for a namespace."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tiercel_engine.storage.globs import matches_any
from tiercel_engine.storage.interface import Storage
from tiercel_engine.storage.layout import (
    StorageError,
    check_relative,
    namespace_file_path,
    namespace_file_versions_path,
    uri_of,
)


@dataclass(frozen=True, slots=True)
class FileVersions:
    """The versions of a file, from 1: those kept, and `current`, None where the file is deleted."""

    kept: tuple[int, ...]
    current: int | None


class NamespaceFiles:
    """Files by namespace and path (`conf/a.txt`).

    Writing and deleting reach internal storage only; `folders` (by namespace) are read, never changed. Each write
    makes a new version; earlier ones stay readable by number, also when the file has been deleted.
    """

    def __init__(self, storage: Storage, folders: Mapping[str, Path] | None = None) -> None:
        self._storage = storage
        self._folders = dict(folders or {})

    def list(self, namespace: str, include: Iterable[str] = (), exclude: Iterable[str] = ()) -> list[str]:
        """Paths of all files, sorted; only those that a glob of `include` matches, if there is one."""
        found = set(self._storage.list(self._checked(namespace, "")))
        folder = self._folders.get(namespace)
        if folder is not None and folder.is_dir():
            found.update(_visible_files(folder))
        wanted, unwanted = tuple(include), tuple(exclude)
        return sorted(
            path for path in found if (not wanted or matches_any(path, wanted)) and not matches_any(path, unwanted)
        )

    def exists(self, namespace: str, path: str) -> bool:
        """Whether there is such a file."""
        return self._find(namespace, path) is not None

    def read(self, namespace: str, path: str, version: int | None = None) -> bytes:
        """The content, of the newest version or of the one asked for; raises `FileNotFoundError` in Kestra's words."""
        return self.local(namespace, path, version).read_bytes()

    def local(self, namespace: str, path: str, version: int | None = None) -> Path:
        """The local file to read from; raises `FileNotFoundError` in Kestra's words."""
        found = self._find(namespace, path)
        if version is not None:
            known = self.versions(namespace, path)
            if version != known.current:
                found = (
                    self._storage.path(self._version_uri(namespace, path, version)) if version in known.kept else None
                )
        if found is None:
            raise FileNotFoundError(f"File '/{path.lstrip('/')}' was not found in namespace '{namespace}'.")
        return found

    def versions(self, namespace: str, path: str) -> FileVersions:
        """Which versions there are."""
        names = self._storage.list(self._versions(namespace, path))
        kept = tuple(sorted(int(name) for name in names if name.isascii() and name.isdigit()))
        exists = self._find(namespace, path) is not None
        return FileVersions(kept, max(kept, default=0) + 1 if exists else None)

    def uri(self, namespace: str, path: str) -> str:
        """The URI of a path, whether there is a file or not."""
        return uri_of(namespace_file_path(namespace, path))

    def write(self, namespace: str, path: str, content: bytes | Path) -> str:
        """Store a file as its newest version; returns its URI."""
        place = self._checked(namespace, path)
        if not path.strip("/"):
            raise StorageError("A namespace file needs a name")
        self._keep(namespace, path)
        return self._storage.put(place, content)

    def delete(self, namespace: str, path: str) -> bool:
        """Remove a stored file, its versions stay; false when there was none."""
        uri = uri_of(self._checked(namespace, path))
        if not self._storage.exists(uri):
            return False
        self._keep(namespace, path)
        return self._storage.delete(uri)

    def _keep(self, namespace: str, path: str) -> None:
        """Put what is there now among the versions."""
        there = self._find(namespace, path)
        if there is not None:
            number = self.versions(namespace, path).current
            self._storage.put(f"{self._versions(namespace, path)}/{number}", there)

    def _versions(self, namespace: str, path: str) -> str:
        self._checked(namespace, path)
        return namespace_file_versions_path(namespace, path)

    def _version_uri(self, namespace: str, path: str, version: int) -> str:
        return uri_of(f"{self._versions(namespace, path)}/{version}")

    def _find(self, namespace: str, path: str) -> Path | None:
        uri = uri_of(self._checked(namespace, path))
        stored = self._storage.path(uri)
        if stored.is_file():
            return stored
        folder = self._folders.get(namespace)
        if folder is None:
            return None
        given = folder / path.lstrip("/")
        if not given.resolve().is_relative_to(folder.resolve()):
            raise StorageError(f"Path '{path}' leaves the folder that it is meant for")
        return given if given.is_file() else None

    def _checked(self, namespace: str, path: str) -> str:
        relative = path.lstrip("/")
        check_relative(relative, path)
        if not re.fullmatch(r"[a-zA-Z0-9][a-zA-Z0-9._-]*", namespace) or ".." in namespace:
            raise StorageError(f"'{namespace}' is no namespace")
        return namespace_file_path(namespace, relative)


def _visible_files(folder: Path) -> Iterable[str]:
    for file in folder.rglob("*"):
        relative = file.relative_to(folder)
        hidden = any(step.startswith(".") for step in relative.parts)
        if file.is_file() and not hidden and file.resolve().is_relative_to(folder.resolve()):
            yield relative.as_posix()
