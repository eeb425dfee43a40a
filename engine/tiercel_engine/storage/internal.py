"""Internal storage in a local folder: the files of executions and namespaces behind `kestra:///` URIs."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import BinaryIO

from tiercel_engine.storage.access import OPEN_ACCESS, StorageAccess
from tiercel_engine.storage.layout import StorageError, check_relative, path_of, uri_of


def check_regular(content: bytes | Path) -> None:
    """Refuse what is there but no file with an end: a folder, a pipe, a device; raises `StorageError`."""
    if isinstance(content, Path) and content.exists() and not content.is_file():
        raise StorageError(f"'{content}' is no regular file")


class InternalStorage:
    """Files below `root`, addressed by URI; the folders have the layout of Kestra's storage."""

    def __init__(self, root: Path, access: StorageAccess = OPEN_ACCESS) -> None:
        self.root = root
        self.access = access

    def path(self, uri: str) -> Path:
        """The local file of a URI, whether it exists or not; raises `StorageError`."""
        return self._inside(path_of(uri), uri)

    def exists(self, uri: str) -> bool:
        """Whether there is a file."""
        return self.path(uri).is_file()

    def size(self, uri: str) -> int:
        """Bytes of a file; raises `FileNotFoundError`."""
        return self._existing(uri).stat().st_size

    def open(self, uri: str) -> BinaryIO:
        """A file to read from; raises `FileNotFoundError`."""
        return self._existing(uri).open("rb")

    def read_bytes(self, uri: str) -> bytes:
        """The content of a file; raises `FileNotFoundError`."""
        return self._existing(uri).read_bytes()

    def put(self, path: str, content: bytes | Path) -> str:
        """Store bytes or a copy of a local file at a path of the layout; returns the URI."""
        check_relative(path, path)
        target = self._inside(path, path)
        check_regular(content)
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=".part-")
        part = Path(name)
        try:
            with os.fdopen(handle, "wb") as sink:
                if isinstance(content, Path):
                    with content.open("rb") as source:
                        shutil.copyfileobj(source, sink)
                else:
                    sink.write(content)
            part.replace(target)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        return uri_of(path)

    def delete(self, uri: str) -> bool:
        """Remove a file; false when there was none."""
        path = self.path(uri)
        if not path.is_file():
            return False
        path.unlink()
        return True

    def delete_folder(self, path: str) -> list[str]:
        """Remove a folder and all in it; the URIs of what went, contents before their folder."""
        check_relative(path, path)
        folder = self._inside(path, path)
        if not folder.is_dir():
            return []
        gone = []
        for parent, folders, files in os.walk(folder, topdown=False):
            names = [*files, *(name for name in folders if (Path(parent) / name).is_symlink())]
            gone += [self._uri(Path(parent) / name) for name in sorted(names)]
            gone.append(self._uri(Path(parent)))
        shutil.rmtree(folder)
        return gone

    def list(self, path: str) -> list[str]:
        """Relative paths of the files below a folder of the layout, sorted; empty when there is none."""
        check_relative(path, path)
        folder = self._inside(path, path)
        if not folder.is_dir():
            return []
        return sorted(
            file.relative_to(folder).as_posix()
            for file in folder.rglob("*")
            if file.is_file() and not file.name.startswith(".part-")
        )

    def _existing(self, uri: str) -> Path:
        path = self.path(uri)
        if not path.is_file():
            raise FileNotFoundError(f"File not found for URI: {uri}")
        return path

    def _inside(self, path: str, shown: str) -> Path:
        target = self.root / path
        if not target.resolve().is_relative_to(self.root.resolve()):
            raise StorageError(f"Path '{shown}' leaves the folder that it is meant for")
        return target

    def _uri(self, path: Path) -> str:
        return uri_of(path.relative_to(self.root).as_posix())
