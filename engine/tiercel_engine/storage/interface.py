"""What internal storage can do, wherever it is."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO, Protocol

from tiercel_engine.storage.access import StorageAccess


class Storage(Protocol):
    """Files behind `kestra:///` URIs. Paths are those of `layout`, with forward slashes and without a leading one."""

    @property
    def access(self) -> StorageAccess:
        """Who may read what; whoever reads for a flow asks it first."""

    def path(self, uri: str) -> Path:
        """A local file with the content of a URI, which nobody may change; one that is missing where there is none.

        Raises `StorageError`.
        """

    def exists(self, uri: str) -> bool:
        """Whether there is a file."""

    def size(self, uri: str) -> int:
        """Bytes of a file; raises `FileNotFoundError`."""

    def open(self, uri: str) -> BinaryIO:
        """A file to read from; raises `FileNotFoundError`."""

    def read_bytes(self, uri: str) -> bytes:
        """The content of a file; raises `FileNotFoundError`."""

    def put(self, path: str, content: bytes | Path) -> str:
        """Store bytes or a copy of a local file at a path of the layout, all or nothing; returns the URI."""

    def delete(self, uri: str) -> bool:
        """Remove a file; false when there was none."""

    def delete_folder(self, path: str) -> list[str]:
        """Remove a folder and all in it; the URIs of what went, contents before their folder."""

    def list(self, path: str) -> list[str]:
        """Relative paths of the files below a folder of the layout, sorted; empty when there is none."""
