"""Internal storage behind a URL: object stores and SFTP, through fsspec."""

from __future__ import annotations

import builtins
import contextlib
import hashlib
import shutil
import tempfile
import threading
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from tiercel_engine.storage.access import OPEN_ACCESS, StorageAccess
from tiercel_engine.storage.internal import check_regular
from tiercel_engine.storage.layout import StorageError, check_relative, path_of, uri_of

_PART = ".part-"
_Result = TypeVar("_Result")


class RemoteStorage:
    """Files below a root of an fsspec file system; `cache` is a local folder for copies that tasks read.

    A copy is fetched again when the file's size, time or tag has changed. Failures of the network and of permissions
    are raised as `StorageError`, so that a task fails with words. Safe to use from several threads.
    """

    def __init__(self, system: Any, root: str, cache: Path, access: StorageAccess = OPEN_ACCESS) -> None:
        self._system = system
        self._root = root.rstrip("/")
        self._cache = cache
        self._moves_when_done = getattr(system, "protocol", "") in ("sftp", "ssh", ("sftp", "ssh"))
        self._fetching = threading.Lock()
        # paramiko drops answers that another thread waits for: one question at a time.
        self._asking: contextlib.AbstractContextManager[Any] = (
            threading.RLock() if self._moves_when_done else contextlib.nullcontext()
        )
        self._written: dict[str, str] = {}
        """What this process wrote last, by place: SFTP tells times in whole seconds, too coarse for two writes."""
        self.access = access

    def path(self, uri: str) -> Path:
        """A local copy; raises `StorageError`."""
        place = self._place(path_of(uri))
        info = self._info(place)
        copy = (
            self._cache
            / hashlib.sha256(f"{place}\n{_edition(info)}\n{self._written.get(place)}".encode()).hexdigest()[:40]
            / Path(place).name
        )
        if info is None or copy.is_file():
            return copy
        with self._fetching:
            if not copy.is_file():
                self._fetch(place, copy)
        return copy

    def exists(self, uri: str) -> bool:
        """Whether there is a file."""
        return self._info(self._place(path_of(uri))) is not None

    def size(self, uri: str) -> int:
        """Bytes of a file; raises `FileNotFoundError`."""
        return int(self._existing(uri)["size"])

    def open(self, uri: str) -> BinaryIO:
        """A local copy to read from; raises `FileNotFoundError`."""
        self._existing(uri)
        return self.path(uri).open("rb")

    def read_bytes(self, uri: str) -> bytes:
        """The content of a file; raises `FileNotFoundError`."""
        self._existing(uri)
        return self.path(uri).read_bytes()

    def put(self, path: str, content: bytes | Path) -> str:
        """Store bytes or a copy of a local file at a path of the layout; returns the URI."""
        place = self._place(path)
        check_regular(content)
        target = place
        if self._moves_when_done:
            target = f"{place.rpartition('/')[0]}/{_PART}{uuid.uuid4().hex}"

        def store() -> None:
            # Object stores have no folders; making one may ask for the right to make buckets.
            if self._moves_when_done:
                self._system.makedirs(place.rpartition("/")[0], exist_ok=True)
            if isinstance(content, Path):
                self._system.put_file(str(content), target)
            else:
                self._system.pipe_file(target, content)
            if self._moves_when_done:
                self._system.mv(target, place)

        try:
            self._asked(store)
        except FileNotFoundError as error:
            if isinstance(content, Path) and not content.exists():
                raise
            # A bucket that is not there is told like this, too.
            raise StorageError(f"Internal storage can't be used: {error}") from error
        self._written[place] = uuid.uuid4().hex
        return uri_of(path)

    def delete(self, uri: str) -> bool:
        """Remove a file; false when there was none."""
        place = self._place(path_of(uri))
        if self._info(place) is None:
            return False
        self._asked(lambda: self._system.rm_file(place))
        return True

    def delete_folder(self, path: str) -> list[str]:
        """Remove a folder and all in it; the URIs of what went, contents before their folder."""
        files = [f"{path}/{name}".lstrip("/") for name in self.list(path)]
        if not files:
            return []
        self._asked(lambda: self._system.rm(self._place(path), recursive=True))
        return [uri_of(gone) for gone in _contents_first(path.strip("/"), files)]

    def list(self, path: str) -> list[str]:
        """Relative paths of the files below a folder of the layout, sorted; empty when there is none."""
        place = self._place(path)

        def find() -> builtins.list[str]:
            self._system.invalidate_cache()
            return [str(name) for name in self._system.find(place)]

        nothing: Callable[[], builtins.list[str]] = builtins.list
        found = self._asked(find, missing=nothing)
        prefix = f"{place.strip('/')}/"
        names = (name.lstrip("/").removeprefix(prefix) for name in found if name.lstrip("/").startswith(prefix))
        return sorted(name for name in names if not name.rpartition("/")[2].startswith(_PART))

    def _place(self, path: str) -> str:
        check_relative(path, path)
        return f"{self._root}/{path.strip('/')}" if path.strip("/") else self._root

    def _existing(self, uri: str) -> Any:
        info = self._info(self._place(path_of(uri)))
        if info is None:
            raise FileNotFoundError(f"File not found for URI: {uri}")
        return info

    def _info(self, place: str) -> Any:
        def ask() -> Any:
            self._system.invalidate_cache()
            info = self._system.info(place)
            return info if info.get("type") == "file" else None

        return self._asked(ask, missing=lambda: None)

    def _fetch(self, place: str, copy: Path) -> None:
        copy.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=copy.parent, prefix=_PART)
        part = Path(name)
        try:
            with open(handle, "wb") as sink:  # noqa: PTH123  (an open handle)
                self._asked(lambda: self._copied(place, sink))
            part.replace(copy)
        except BaseException:
            part.unlink(missing_ok=True)
            raise

    def _copied(self, place: str, sink: BinaryIO) -> None:
        with self._system.open(place, "rb") as source:
            shutil.copyfileobj(source, sink, 1_000_000)

    def _asked(self, question: Callable[[], _Result], missing: Callable[[], _Result] | None = None) -> _Result:
        try:
            with self._asking:
                return question()
        except FileNotFoundError:
            if missing is not None:
                return missing()
            raise
        except StorageError:
            raise
        except Exception as error:
            # Each store has exceptions of its own; some hold whole requests, so only the first line is told.
            first = str(error).strip().splitlines()[:1]
            raise StorageError(f"Internal storage can't be used: {type(error).__name__}: {''.join(first)}") from error


def _edition(info: Any) -> str:
    """What changes with the content of a file."""
    if info is None:
        return ""
    known = ("ETag", "etag", "md5Hash", "content_settings", "mtime", "LastModified", "last_modified", "updated", "size")
    return "\n".join(f"{name}={info[name]}" for name in known if name in info)


def _contents_first(root: str, files: list[str]) -> Iterator[str]:
    folders = {root}
    for file in files:
        parent = file.rpartition("/")[0]
        while len(parent) > len(root):
            folders.add(parent)
            parent = parent.rpartition("/")[0]
    for folder in sorted(folders, key=lambda name: (-name.count("/"), name)):
        yield from (file for file in files if file.rpartition("/")[0] == folder)
        yield folder
