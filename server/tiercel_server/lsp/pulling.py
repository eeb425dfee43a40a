"""Findings for clients that ask for them: with result ids, so that what has not changed is not sent again."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsprotocol import converters, types

from tiercel_server.rules import diagnose
from tiercel_server.workspace import DocumentSnapshot

if TYPE_CHECKING:
    from tiercel_server.lsp.server import TiercelServer

logger = logging.getLogger(__name__)
_KEPT = 20_000
_REFRESH_PAUSE = 0.2
_PATIENCE = 1.0
"""Seconds in which a client that asks for findings asks for those of a new text."""
_Items = list[types.Diagnostic]
_Report = types.FullDocumentDiagnosticReport | types.UnchangedDocumentDiagnosticReport


class Pulling:
    """Remembers what clients asked for.

    Of a client that says it asks, and does so for each new text, findings are not pushed as well, as they would be
    shown twice. One that asked once and then waits for what it is told gets them pushed again, a moment later.
    """

    def __init__(self, server: TiercelServer) -> None:
        self._server = server
        self._converter = converters.get_converter()
        self._asked: dict[str, int] = {}
        self._late: dict[str, asyncio.TimerHandle] = {}
        self._closed: dict[str, tuple[object, _Items]] = {}
        self._refreshing: asyncio.TimerHandle | None = None

    def takes(self, snapshot: DocumentSnapshot) -> bool:
        """Whether the client asks for a document's findings, so that they need not be pushed.

        Where it has not asked for this text yet it has a moment to do so; then they are published after all.
        """
        asked = self._asked.get(snapshot.name)
        if asked is None or not self._server.abilities.pulls:
            return False
        if asked != snapshot.version:
            self._expect(snapshot)
        return True

    def forget(self, uri: str) -> None:
        """Take note that a document is closed."""
        self._asked.pop(uri, None)
        self._stop_waiting(uri)

    async def document(self, uri: str, known: str | None) -> _Report:
        """The findings of an open document, or that they are those of the result `known`."""
        first = uri not in self._asked
        snapshot = self._server.document(uri)
        if snapshot is not None:
            self._asked[uri] = snapshot.version
            self._stop_waiting(uri)
        items = await self._server.diagnosing.current(uri)
        if first and self._server.abilities.pulls:
            self._server.diagnosing.publish(uri)  # What was pushed before is taken away.
        return self._report(items, known)

    async def workspace(self, known: dict[str, str]) -> list[types.WorkspaceDocumentDiagnosticReport]:
        """The findings of every flow's file, the open ones with their versions; `known` are result ids by URI."""
        reports: list[types.WorkspaceDocumentDiagnosticReport] = []
        index = await self._server.in_worker(self._server.neighbours.index)
        for snapshot in self._server.session.documents:
            if snapshot.is_flow:
                items = await self._server.diagnosing.current(snapshot.name)
                reports.append(self._workspace_report(snapshot.name, snapshot.version, items, known))
        seen: set[str] = set()
        for found in await self._server.in_worker(lambda: list(index.all_flows())):
            document = found.document
            if isinstance(document, DocumentSnapshot) or document.key in seen:
                continue
            seen.add(document.key)
            snapshot_of = index.snapshot
            # One after the other, so that requests about what is on the screen come between.
            stamp = (document.stamp, self._server.session.kestra_version)
            cached = self._closed.get(document.key)
            if cached is None or cached[0] != stamp:
                loaded = await self._server.in_worker(snapshot_of, document)
                items = await self._server.in_worker(self._look, loaded) if loaded is not None else []
                if len(self._closed) < _KEPT:
                    self._closed[document.key] = (stamp, items)
            else:
                items = cached[1]
            reports.append(self._workspace_report(Path(document.key).as_uri(), None, items, known))
        return reports

    def stale(self) -> None:
        """What flows know of one another has changed: closed files are looked at anew, and the client asks again."""
        self._closed.clear()
        if self._asked and self._server.abilities.diagnostic_refresh and self._refreshing is None:
            self._refreshing = asyncio.get_running_loop().call_later(_REFRESH_PAUSE, self._refresh)

    def _expect(self, snapshot: DocumentSnapshot) -> None:
        self._stop_waiting(snapshot.name)
        loop = asyncio.get_running_loop()
        self._late[snapshot.name] = loop.call_later(_PATIENCE, self._push_after_all, snapshot)

    def _push_after_all(self, snapshot: DocumentSnapshot) -> None:
        self._late.pop(snapshot.name, None)
        if self._server.document(snapshot.name) is snapshot:
            self._asked.pop(snapshot.name, None)
            self._server.diagnosing.publish(snapshot.name)

    def _stop_waiting(self, uri: str) -> None:
        waiting = self._late.pop(uri, None)
        if waiting is not None:
            waiting.cancel()

    def _refresh(self) -> None:
        self._refreshing = None
        self._server.workspace_diagnostic_refresh(None)

    def _look(self, snapshot: DocumentSnapshot) -> _Items:
        try:
            return self._server.diagnosing.shown(snapshot, diagnose(snapshot, self._server.neighbours.flows()))
        except Exception:
            logger.exception("No findings for %s", snapshot.name)
            return []

    def _workspace_report(
        self, uri: str, version: int | None, items: _Items, known: dict[str, str]
    ) -> types.WorkspaceDocumentDiagnosticReport:
        report = self._report(items, known.get(uri))
        if isinstance(report, types.UnchangedDocumentDiagnosticReport):
            return types.WorkspaceUnchangedDocumentDiagnosticReport(
                uri=uri, result_id=report.result_id, version=version
            )
        return types.WorkspaceFullDocumentDiagnosticReport(
            uri=uri, items=report.items, version=version, result_id=report.result_id
        )

    def _report(self, items: _Items, known: str | None) -> _Report:
        result = self._result_id(items)
        if result == known:
            return types.UnchangedDocumentDiagnosticReport(result_id=result)
        return types.FullDocumentDiagnosticReport(items=items, result_id=result)

    def _result_id(self, items: _Items) -> str:
        plain: Any = self._converter.unstructure(items)
        return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()[:16]
