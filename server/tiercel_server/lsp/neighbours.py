"""What the flows of a workspace know of one another: read in the background, then kept by watching and by edits."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tiercel_server.rules import KnownFlow, WorkspaceFlows
from tiercel_server.workspace import DocumentSnapshot
from tiercel_server.workspace.flow_index import known_flow
from tiercel_server.workspace.session import path_of

if TYPE_CHECKING:
    from tiercel_server.lsp.server import TiercelServer

logger = logging.getLogger(__name__)
ENDINGS = (".yaml", ".yml")
_LARGEST = 2_000_000
_MOST_FILES = 20_000
_NOT_ENTERED = frozenset({"node_modules", "__pycache__"})


@dataclass(frozen=True, slots=True)
class _Merged:
    """The flows of files and open documents, and what they were made of."""

    files: Mapping[Path, tuple[KnownFlow, ...]]
    snapshots: tuple[DocumentSnapshot, ...]
    flows: WorkspaceFlows


class Neighbours:
    """The flows below the workspace's folders; of an open document the text in the editor counts."""

    def __init__(self, server: TiercelServer) -> None:
        self._server = server
        self._files: dict[Path, tuple[KnownFlow, ...]] = {}
        self._merged: _Merged | None = None
        self._reading: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Read the workspace's folders, without keeping anyone waiting."""
        if self._reading is not None:
            self._reading.cancel()
        self._reading = asyncio.create_task(self._read_all())

    def changed(self, uris: list[str]) -> None:
        """Read files again that changed on disk, or forget those that are gone."""
        paths = [path for uri in uris if (path := path_of(uri)) is not None and path.suffix in ENDINGS]
        if paths:
            self._server.diagnosing.in_background(self._read(paths))

    def flows(self) -> WorkspaceFlows:
        """The flows as they are now; for worker threads too."""
        snapshots = self._server.session.documents
        files, merged = self._files, self._merged
        if merged is not None and merged.files is files and merged.snapshots == snapshots:
            return merged.flows
        is_open = {path_of(snapshot.name) for snapshot in snapshots}
        on_disk = (each for path, flows in files.items() if path not in is_open for each in flows)
        found = {(each.namespace, each.id): each for each in on_disk}
        for snapshot in snapshots:
            found.update(((each.namespace, each.id), each) for each in known_flows(snapshot))
        self._merged = _Merged(files, snapshots, WorkspaceFlows(found))
        return self._merged.flows

    async def _read_all(self) -> None:
        self._files = await self._server.in_worker(_read_folders, self._server.session.roots)
        self._server.diagnosing.schedule_all()

    async def _read(self, paths: list[Path]) -> None:
        for path in paths:
            flows = await self._server.in_worker(_read_file, path)
            # A new mapping each time: worker threads may be looking at the old one.
            self._files = {each: known for each, known in self._files.items() if each != path}
            if flows:
                self._files[path] = flows
        self._server.diagnosing.schedule_all()


def known_flows(snapshot: DocumentSnapshot) -> tuple[KnownFlow, ...]:
    """What others may know of a document's flows."""
    return tuple(known for flow in snapshot.flows if (known := known_flow(flow)) is not None)


def _read_folders(roots: tuple[Path, ...]) -> dict[Path, tuple[KnownFlow, ...]]:
    found: dict[Path, tuple[KnownFlow, ...]] = {}
    for number, path in enumerate(_files(roots)):
        if number >= _MOST_FILES:
            logger.warning("Only the first %d files of the workspace are looked at", _MOST_FILES)
            break
        if flows := _read_file(path):
            found[path] = flows
    return found


def _files(roots: tuple[Path, ...]) -> Iterator[Path]:
    for root in roots:
        for parent, folders, files in os.walk(root):
            folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in _NOT_ENTERED)
            for name in sorted(files):
                if name.endswith(ENDINGS):
                    yield Path(parent) / name


def _read_file(path: Path) -> tuple[KnownFlow, ...]:
    try:
        if path.stat().st_size > _LARGEST:
            return ()
        return known_flows(DocumentSnapshot(str(path), path.read_text(encoding="utf-8-sig")))
    except (OSError, UnicodeError):
        return ()
    except Exception:
        logger.exception("%s could not be looked at", path)
        return ()
