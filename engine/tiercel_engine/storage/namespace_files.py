"""Namespace files: those stored, above those of a folder that the project names for a namespace."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from tiercel_engine.storage.globs import matches_any
from tiercel_engine.storage.internal import InternalStorage
from tiercel_engine.storage.layout import StorageError, check_relative, namespace_file_path, uri_of


class NamespaceFiles:
    """Files by namespace and path (`conf/a.txt`).

    Writing and deleting reach internal storage only; `folders` (by namespace) are read, never changed.
    """

    def __init__(self, storage: InternalStorage, folders: Mapping[str, Path] | None = None) -> None:
        self._storage = storage
        self._folders = dict(folders or {})

    def list(self, namespace: str, include: Iterable[str] = (), exclude: Iterable[str] = ()) -> list[str]:
        """Paths of all files, sorted; only those that a glob of `include` matches, if there is one."""
        found = set(self._storage.list(namespace_file_path(namespace, "")))
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

    def read(self, namespace: str, path: str) -> bytes:
        """The content; raises `FileNotFoundError` in Kestra's words."""
        return self.local(namespace, path).read_bytes()

    def local(self, namespace: str, path: str) -> Path:
        """The local file to read from; raises `FileNotFoundError` in Kestra's words."""
        found = self._find(namespace, path)
        if found is None:
            raise FileNotFoundError(f"File '/{path.lstrip('/')}' was not found in namespace '{namespace}'.")
        return found

    def uri(self, namespace: str, path: str) -> str:
        """The URI of a path, whether there is a file or not."""
        return uri_of(namespace_file_path(namespace, path))

    def write(self, namespace: str, path: str, content: bytes | Path) -> str:
        """Store a file; returns its URI."""
        return self._storage.put(self._checked(namespace, path), content)

    def delete(self, namespace: str, path: str) -> bool:
        """Remove a stored file; false when there was none."""
        return self._storage.delete(uri_of(self._checked(namespace, path)))

    def _find(self, namespace: str, path: str) -> Path | None:
        stored = self._storage.path(uri_of(self._checked(namespace, path)))
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
