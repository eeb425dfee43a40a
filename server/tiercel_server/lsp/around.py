"""What stands around a document, read for the features that complete and explain."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from tiercel_server.features.surroundings import SeenRun, Surroundings
from tiercel_server.lsp.past_runs import PastRuns
from tiercel_server.lsp.project_names import KnownNames, ProjectNames
from tiercel_server.workspace import DocumentSnapshot
from tiercel_server.workspace.session import path_of

if TYPE_CHECKING:
    from tiercel_server.lsp.server import TiercelServer

logger = logging.getLogger(__name__)


class Around:
    """Gathers surroundings; for worker threads, as it may read files."""

    def __init__(self, server: TiercelServer) -> None:
        self._server = server
        self._names = KnownNames()
        self._past = PastRuns()

    def of(self, snapshot: DocumentSnapshot) -> Surroundings:
        """The workspace as a document sees it; without what could not be read."""
        flows = self._server.neighbours.flows()
        try:
            folder = self.workspace_of(snapshot)
            if folder is None:
                return Surroundings(flows)
            names: ProjectNames = self._names.of(folder, snapshot.settings.path)
            runs = {} if snapshot.name.startswith("untitled:") else self._runs(snapshot, folder)
        except Exception:
            logger.exception("What is around %s could not be read", snapshot.name)
            return Surroundings(flows)
        return Surroundings(flows, names.files, names.kv, names.secrets, runs)

    async def read_ahead(self, uri: str) -> None:
        """Read what is around a document before the first question about it comes."""
        snapshot = self._server.document(uri)
        if snapshot is not None and snapshot.is_flow:
            await self._server.in_worker(self.of, snapshot)

    def workspace_of(self, snapshot: DocumentSnapshot) -> Path | None:
        """The folder whose state a document's runs share; None for one that is no file while no folder is open."""
        roots = self._server.session.roots
        path = path_of(snapshot.name)
        if path is None:
            return next(iter(roots), None)
        return snapshot.settings.root or next((root for root in roots if path.is_relative_to(root)), path.parent)

    def forget(self) -> None:
        """Read project files anew."""
        self._names.forget()

    def _runs(self, snapshot: DocumentSnapshot, folder: Path) -> dict[tuple[str, str], SeenRun]:
        path = path_of(snapshot.name)
        folders = [folder] if path is None or path.parent == folder else [folder, path.parent]
        found = {}
        for flow in snapshot.flows:
            outline = flow.outline
            if outline.id is None or outline.namespace is None:
                continue
            name = (outline.namespace.value, outline.id.value)
            runs = [run for each in folders if (run := self._past.last(each, *name)) is not None]
            if runs:
                found[name] = max(runs, key=lambda run: run.started)
        return found
