"""Findings as one types: looked for on a thread of their own, published for the newest text only."""

from __future__ import annotations

import asyncio
import gc
import logging
import time
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from lsprotocol import types

from tiercel_schemas.diagnostics import Diagnostic
from tiercel_server.lsp import convert
from tiercel_server.lsp.neighbours import known_flows
from tiercel_server.lsp.project_file import project_file_findings
from tiercel_server.lsp.schema_problems import SchemaProblems
from tiercel_server.lsp.tested_flows import find_tested
from tiercel_server.rules import diagnose
from tiercel_server.workspace import DocumentSnapshot

if TYPE_CHECKING:
    from tiercel_server.lsp.protocol import TiercelProtocol
    from tiercel_server.lsp.server import TiercelServer

logger = logging.getLogger(__name__)
PAUSE = 0.03
"""Seconds without a key press after which findings are looked for."""
SOURCE = "tiercel"
FINDINGS = "findings"
"""The name of looking for findings among the timings of methods."""


_FIRST_FLOW = """\
id: first
namespace: first
tasks:
  - id: log
    type: io.kestra.plugin.core.log.Log
    message: "{{ flow.id | upper }}"
"""


def _look_at_a_first_flow() -> None:
    try:
        diagnose(DocumentSnapshot("first", _FIRST_FLOW))
    except Exception:
        logger.exception("The rules can't look at the simplest flow")
    finally:
        # What was read stays for good: no collection of garbage need look at it again.
        gc.collect()
        gc.freeze()
        gc.enable()


def _nothing() -> None:
    """Done when all that was asked before is done."""


class Diagnosing:
    """Keeps each document's findings up to date; what a run found is shown with them."""

    def __init__(self, server: TiercelServer) -> None:
        self._server = server
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="tiercel-diagnose")
        self._waiting: dict[str, asyncio.TimerHandle] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._found: dict[str, tuple[DocumentSnapshot, list[Diagnostic]]] = {}
        self._pushed: set[str] = set()
        """Documents for which something was published that is still shown."""
        self._schemas = SchemaProblems(server)

    def warm_up(self) -> None:
        """Read rules and facts while the client is still introducing itself, so that its first document waits less."""
        self._worker.submit(_look_at_a_first_flow)

    def schedule(self, uri: str, delay: float = PAUSE) -> None:
        """Look for findings after a pause; a newer edit begins the pause anew."""
        waiting = self._waiting.pop(uri, None)
        if waiting is not None:
            waiting.cancel()
        self._waiting[uri] = asyncio.get_running_loop().call_later(delay, self._begin, uri)

    def schedule_all(self, but: str | None = None) -> None:
        """Look at every open document anew, as what they know of one another has changed."""
        self._server.pulling.stale()
        for snapshot in self._server.session.documents:
            if snapshot.name != but:
                self.schedule(snapshot.name)

    async def settled(self, limit: float) -> None:
        """Wait until the rules are read and no document waits for its findings, but no longer than so many seconds."""
        loop = asyncio.get_running_loop()
        end = loop.time() + limit
        while loop.time() < end:
            # The thread is one, so that what is handed to it last is done last.
            await loop.run_in_executor(self._worker, _nothing)
            if not self._waiting:
                return
            await asyncio.sleep(PAUSE)

    def in_background(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something on the loop that nobody waits for."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def publish(self, uri: str) -> None:
        """Send what is known: the findings, and what the last run tells about the same text."""
        found = self._found.get(uri)
        snapshot = self._server.document(uri)
        if found is None or snapshot is None or found[0] is not snapshot:
            return
        asks = self._server.pulling.takes(snapshot)
        shown = [] if asks else self.shown(snapshot, found[1])
        shown += [*self._server.runs.shown(snapshot), *self._server.tests.shown(snapshot)]
        if asks and not shown and uri not in self._pushed:
            return  # Nothing is shown that would have to be taken away.
        if shown:
            self._pushed.add(uri)
        else:
            self._pushed.discard(uri)
        self._server.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, shown, snapshot.version))

    def shown(self, snapshot: DocumentSnapshot, findings: list[Diagnostic]) -> list[types.Diagnostic]:
        """Findings as the client takes them."""
        positions, link = self._server.positions(snapshot), self._server.rule_pages.link
        return [convert.diagnostic(each, snapshot.name, positions, SOURCE, link(each.code)) for each in findings]

    def known(self, snapshot: DocumentSnapshot) -> list[Diagnostic] | None:
        """The findings on a snapshot, None where they are not known yet. For worker threads too."""
        found = self._found.get(snapshot.name)
        return found[1] if found is not None and found[0] is snapshot else None

    async def current(self, uri: str) -> list[types.Diagnostic]:
        """The findings on the newest text, looked for now where they are not known yet."""
        while (snapshot := self._server.document(uri)) is not None:
            found = self._found.get(uri)
            if found is not None and found[0] is snapshot and uri not in self._waiting:
                return self.shown(snapshot, found[1])
            waiting = self._waiting.pop(uri, None)
            if waiting is not None:
                waiting.cancel()
            await self._look(uri)
            newest = self._found.get(uri)
            if newest is None or (newest[0] is not snapshot and self._server.document(uri) is snapshot):
                return []  # They could not be looked for; the log says why.
        return []

    def forget(self, uri: str) -> None:
        """Take a closed document's findings away."""
        waiting = self._waiting.pop(uri, None)
        if waiting is not None:
            waiting.cancel()
        self._found.pop(uri, None)
        self._pushed.discard(uri)
        self._server.pulling.forget(uri)
        self._server.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))

    def close(self) -> None:
        """End the worker."""
        self._worker.shutdown(wait=False, cancel_futures=True)

    def _begin(self, uri: str) -> None:
        self._waiting.pop(uri, None)
        self.in_background(self._look(uri))

    async def _look(self, uri: str) -> None:
        snapshot = self._server.document(uri)
        if snapshot is None:
            return
        loop = asyncio.get_running_loop()
        begun = time.perf_counter()
        found = await loop.run_in_executor(self._worker, self._findings, snapshot)
        cast("TiercelProtocol", self._server.protocol).timings.add(FINDINGS, time.perf_counter() - begun)
        if found is not None and self._server.document(uri) is snapshot:
            before = self._found.get(uri)
            self._found[uri] = (snapshot, found)
            self.publish(uri)
            self._schemas.publish(SOURCE)
            if before is not None and known_flows(before[0]) != known_flows(snapshot):
                self.schedule_all(but=uri)

    def _findings(self, snapshot: DocumentSnapshot) -> list[Diagnostic] | None:
        if self._server.document(snapshot.name) is not snapshot:
            return None  # A newer edit came while this one waited for the worker.
        try:
            return project_file_findings(snapshot) or diagnose(
                snapshot, self._server.neighbours.flows(), partial(find_tested, self._server)
            )
        except Exception:
            logger.exception("No findings for %s", snapshot.name)
            return None
