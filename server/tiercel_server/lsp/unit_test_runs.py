"""Unit tests that the client asked for: a child process for a document's cases, its results on the lines."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from tiercel_schemas.source.text import SourceText
from tiercel_server.features.code_lens import duration_text
from tiercel_server.features.unit_tests import LastTest, SuiteResults
from tiercel_server.lsp import convert
from tiercel_server.lsp.run_process import RunProcess
from tiercel_server.lsp.run_progress import RunProgress
from tiercel_server.workspace import DocumentSnapshot
from tiercel_server.workspace.session import path_of

if TYPE_CHECKING:
    from tiercel_server.lsp.server import TiercelServer

logger = logging.getLogger(__name__)
SOURCE = "tiercel test"


@dataclass(frozen=True, slots=True)
class TestOrder:
    """What to test: the suites as they stand in the editor, and which of their cases (an id, or a glob of ids)."""

    __test__ = False

    text: str
    name: str
    kestra_version: str
    cases: str
    folder: Path | None = None
    workspace: Path | None = None

    def command(self) -> list[str]:
        """The command line of the child."""
        command = [sys.executable, "-P", "-m", "tiercel_server", "test", "-", "--stdin-filename", self.name]
        command += ["--format", "jsonl", "--filter", self.cases, "--kestra-version", self.kestra_version]
        if self.workspace is not None:
            command += ["--workspace", str(self.workspace)]
        return command


@dataclass(slots=True)
class _Going:
    text: SourceText
    results: SuiteResults = field(default_factory=SuiteResults)
    process: RunProcess | None = None
    ended: bool = False
    visible: bool = True
    failure: str = ""
    token: str = ""


class TestRuns:
    """At most one run of tests for each document; its findings stay until the next edit or run."""

    __test__ = False

    def __init__(self, server: TiercelServer) -> None:
        self._server = server
        self._going: dict[str, _Going] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self, uri: str, cases: str) -> dict[str, Any]:
        """Run cases of a document; `{started: true}`, or `{started: false, reason}`."""
        snapshot = self._server.document(uri)
        path = path_of(uri)
        if snapshot is None or path is None:
            return self._refuse(f"{uri} is no file that is open in the editor.")
        if not snapshot.suites:
            return self._refuse("This document holds no suite of unit tests.")
        earlier = self._going.get(uri)
        if earlier is not None and not earlier.ended:
            return self._refuse("Tests of this document are running.")
        going = _Going(snapshot.text)
        if earlier is not None:
            # What other cases came to stays on their lenses.
            going.results.cases.update(earlier.results.cases)
        self._going[uri] = going
        order = TestOrder(
            snapshot.text.text,
            str(path),
            snapshot.kestra_version.value,
            cases,
            path.parent,
            self._server.around.workspace_of(snapshot),
        )
        task = asyncio.create_task(self._follow(uri, going, order))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return {"started": True}

    def last(self, uri: str) -> Mapping[str, LastTest]:
        """How a document's cases ended, by their ids."""
        going = self._going.get(uri)
        return going.results.cases if going is not None else {}

    def shown(self, snapshot: DocumentSnapshot) -> list[types.Diagnostic]:
        """What the last run of tests told, for the client."""
        going = self._going.get(snapshot.name)
        if going is None or not going.visible or going.text.text != snapshot.text.text:
            return []
        positions = self._server.positions(snapshot)
        return [
            convert.diagnostic(each, snapshot.name, positions, SOURCE) for each in going.results.findings(snapshot.text)
        ]

    def edited(self, uri: str) -> None:
        """Take the findings away: the text is another one now."""
        going = self._going.get(uri)
        if going is not None:
            going.visible = False

    def closed(self, uri: str) -> None:
        """Forget a closed document's tests; what is under way is ended."""
        going = self._going.pop(uri, None)
        if going is not None and going.process is not None and not going.ended:
            going.process.terminate()

    async def cancel_progress(self, token: str | int) -> None:
        """End the tests that a progress belongs to."""
        for going in self._going.values():
            if going.token == token and going.process is not None and not going.ended:
                await going.process.cancel()

    def kill_all(self) -> None:
        """End every child: the server ends."""
        for uri in list(self._going):
            self.closed(uri)

    async def _follow(self, uri: str, going: _Going, order: TestOrder) -> None:
        progress = RunProgress(self._server, f"Test {order.cases.rpartition('/')[2]}")
        going.token = progress.token
        self._refresh_lenses()
        try:
            process = going.process = await RunProcess.start(order)
            async for event in process.events():
                going.results.take(event)
                self._refresh_lenses()
            await process.ended()
            if going.results.summary is None:
                going.failure = process.complaint or "The tests ended without a result."
        except asyncio.CancelledError:
            if going.process is not None:
                going.process.terminate()
            raise
        except OSError as error:
            going.failure = f"The tests could not be started: {error}"
        except Exception:
            logger.exception("The tests of %s could not be followed", uri)
            going.failure = "The tests could not be followed; see the server's log."
        going.ended = True
        if going.failure:
            self._refuse(going.failure)
        progress.end(_summary(going.results.summary))
        self._server.diagnosing.publish(uri)
        self._refresh_lenses()

    def _refuse(self, reason: str) -> dict[str, Any]:
        self._server.window_show_message(types.ShowMessageParams(types.MessageType.Warning, reason))
        return {"started": False, "reason": reason}

    def _refresh_lenses(self) -> None:
        if self._server.abilities.lens_refresh:
            self._server.workspace_code_lens_refresh(None)


def _summary(summary: Mapping[str, Any] | None) -> str:
    if summary is None:
        return "ended"
    words = (("success", "passed"), ("failed", "failed"), ("error", "in error"), ("skipped", "skipped"))
    counts = [f"{summary[key]} {word}" for key, word in words if summary.get(key)]
    return f"{', '.join(counts) or 'no cases'} in {duration_text(float(summary.get('duration', 0)))}"
