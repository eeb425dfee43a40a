"""What the flows of a workspace know of one another: read in the background, then kept by watching and by edits."""

from __future__ import annotations

import asyncio
import gc
import logging
import time
from collections import OrderedDict
from contextlib import aclosing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from tiercel_server.lsp.index_progress import IndexProgress
from tiercel_server.lsp.reading import ALONE_FROM, read_in_background
from tiercel_server.rules import WorkspaceFlows
from tiercel_server.workspace import DocumentSnapshot
from tiercel_server.workspace.files import ENDINGS, find_files, read_entry, read_snapshot, stamp_of
from tiercel_server.workspace.folders import Folders, path_of
from tiercel_server.workspace.index import ClosedFiles, DocumentEntry, WorkspaceIndex, known_flows

if TYPE_CHECKING:
    from tiercel_server.lsp.server import TiercelServer

__all__ = ["Neighbours", "known_flows"]
logger = logging.getLogger(__name__)
_MOST_FILES = 20_000
_MOST_LOADED = 64
_MANY_FILES = 100
"""So many files take long enough to hold up the first findings, which go before them."""
_FIRST_FINDINGS = 3.0
"""Seconds that reading the workspace waits for these at most."""
_FIRST_ANSWERS = 3.0
"""Seconds from the beginning of a session in which a question about the workspace waits for its files to be read."""
_TAKEN_EVERY = 1.0
"""Seconds after which what was read in the background is added to the index."""


@dataclass(frozen=True, slots=True)
class _Made:
    """An index and what it was made of."""

    closed: ClosedFiles
    documents: tuple[DocumentSnapshot, ...]
    index: WorkspaceIndex


class Neighbours:
    """The index of the flows below the workspace's folders; of an open document the text in the editor counts."""

    def __init__(self, server: TiercelServer) -> None:
        self._server = server
        self._closed = ClosedFiles()
        self._made: _Made | None = None
        self._reading: asyncio.Task[None] | None = None
        self._begun = 0.0
        self._changed_meanwhile: set[str] = set()
        self._loaded: OrderedDict[tuple[str, tuple[int, int]], DocumentSnapshot] = OrderedDict()
        self._lock = Lock()

    @property
    def is_reading(self) -> bool:
        """Whether files are still being read, so that the index does not know them all."""
        return self._reading is not None and not self._reading.done()

    @property
    def file_count(self) -> int:
        """How many files the index holds."""
        return len(self._closed.entries)

    def begin(self) -> None:
        """Read the workspace's folders, without keeping anyone waiting."""
        if self._reading is not None:
            self._reading.cancel()
        self._begun = time.monotonic()
        self._reading = asyncio.create_task(self._read_all())

    def changed(self, uris: list[str]) -> None:
        """Read files again that changed on disk, or forget those that are gone."""
        paths = [path for uri in uris if (path := path_of(uri)) is not None and path.suffix in ENDINGS]
        if self.is_reading:
            self._changed_meanwhile.update(str(path) for path in paths)
        if paths:
            self._server.diagnosing.in_background(self._read(paths))

    async def first_read(self) -> None:
        """In the first moments of a session, wait for the files that are still being read."""
        left = self._begun + _FIRST_ANSWERS - time.monotonic()
        if self._reading is not None and left > 0:
            await asyncio.wait({self._reading}, timeout=left)

    def index(self) -> WorkspaceIndex:
        """The workspace as it is now; for worker threads too."""
        documents, closed, made = self._server.session.documents, self._closed, self._made
        if made is not None and made.closed is closed and made.documents == documents:
            return made.index
        index = WorkspaceIndex(closed, documents, self._load, made.index if made is not None else None)
        self._made = _Made(closed, documents, index)
        return index

    def index_around(self, snapshot: DocumentSnapshot) -> WorkspaceIndex:
        """The workspace with this snapshot of a document, though a newer one may have come. For worker threads."""
        index = self.index()
        if snapshot in index.open.values():
            return index
        others = (each for each in self._server.session.documents if each.name != snapshot.name)
        return WorkspaceIndex(self._closed, (*others, snapshot), self._load, index)

    def flows(self) -> WorkspaceFlows:
        """The flows as they are now; for worker threads too."""
        return self.index().flows

    def verified(self, documents: list[DocumentEntry]) -> bool:
        """Whether files are as the index has them; those that are not are read again. For worker threads."""
        stale = [each for each in documents if stamp_of(Path(each.key)) != each.stamp]
        if stale:
            folders = self._folders()
            self._take({each.key: read_entry(Path(each.key), folders) for each in stale})
        return not stale

    async def _read_all(self) -> None:
        folders = self._folders()
        self._changed_meanwhile.clear()
        paths: list[str] = await self._server.in_worker(_paths, folders.roots)
        if len(paths) > _MOST_FILES:
            logger.warning("Only the first %d files of the workspace are looked at", _MOST_FILES)
            del paths[_MOST_FILES:]
        if len(paths) > _MANY_FILES:
            await self._server.diagnosing.settled(_FIRST_FINDINGS)
        progress = IndexProgress(self._server, len(paths))
        try:
            wanted = set(paths)
            self._take({key: None for key in self._closed.entries if key not in wanted})
            await self._read_each(paths, folders, progress)
        finally:
            progress.end()
        self._server.diagnosing.schedule_all()

    async def _read_each(self, paths: list[str], folders: Folders, progress: IndexProgress) -> None:
        found: dict[str, DocumentEntry | None] = {}
        taken = time.monotonic()
        async with aclosing(read_in_background(paths, folders, self._server.in_worker)) as answers:
            async for answer in answers:
                found.update(answer)
                progress.report(len(answer))
                # What is derived of the whole has to be made anew each time.
                if time.monotonic() - taken > _TAKEN_EVERY:
                    await self._server.in_worker(self._take_read, found)
                    found, taken = {}, time.monotonic()
        await self._server.in_worker(self._take_read, found)
        if len(paths) >= ALONE_FROM:
            # These entries stay: no collection of garbage need look at them again.
            gc.freeze()

    def _take_read(self, found: dict[str, DocumentEntry | None]) -> None:
        self._take({path: entry for path, entry in found.items() if path not in self._changed_meanwhile})

    async def _read(self, paths: list[Path]) -> None:
        folders = self._folders()
        for path in paths:
            entry = await self._server.in_worker(_read_file, path, folders)
            await self._server.in_worker(self._take, {str(path): entry})
        self._server.diagnosing.schedule_all()

    def _take(self, found: dict[str, DocumentEntry | None]) -> None:
        with self._lock:
            self._closed = self._closed.with_entries(found)

    def _folders(self) -> Folders:
        session = self._server.session
        return Folders(session.roots, session.kestra_version)

    def _load(self, entry: DocumentEntry) -> DocumentSnapshot | None:
        path = Path(entry.key)
        key = (entry.key, stamp_of(path) or (0, 0))
        with self._lock:
            found = self._loaded.get(key)
        if found is None:
            found = read_snapshot(path, self._folders())
            if found is not None:
                with self._lock:
                    self._loaded[key] = found
                    while len(self._loaded) > _MOST_LOADED:
                        self._loaded.popitem(last=False)
        return found


def _paths(roots: tuple[Path, ...]) -> list[str]:
    return [str(path) for path in islice(find_files(roots), _MOST_FILES + 1)]


def _read_file(path: Path, folders: Folders) -> DocumentEntry | None:
    try:
        return read_entry(path, folders)
    except Exception:
        logger.exception("%s could not be looked at", path)
        return None
