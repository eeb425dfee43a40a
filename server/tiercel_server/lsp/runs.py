"""Runs that the client asked for: a child process each, its events shown on the lines of the flow."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from tiercel_schemas.diagnostics import Diagnostic, Severity
from tiercel_server.analysis import FlowAnalysis
from tiercel_server.features.called_runs import CalledRuns
from tiercel_server.features.code_lens import LastRun, duration_text
from tiercel_server.features.run_report import TERMINAL, RunReport, TaskEnd
from tiercel_server.lsp import convert
from tiercel_server.lsp.asking_inputs import asked_inputs
from tiercel_server.lsp.called_places import places_of_failures
from tiercel_server.lsp.run_process import WHOLE, RunOrder, RunPart, RunProcess
from tiercel_server.lsp.run_progress import RunProgress
from tiercel_server.rules import diagnose
from tiercel_server.rules.acceptance import refusals
from tiercel_server.workspace import DocumentSnapshot
from tiercel_server.workspace.session import path_of

if TYPE_CHECKING:
    from tiercel_server.lsp.server import TiercelServer

logger = logging.getLogger(__name__)
_SHOW_EVERY = 0.2
SOURCE = "tiercel run"
RUN_STARTED, RUN_EVENT, RUN_ENDED = "tiercel/runStarted", "tiercel/runEvent", "tiercel/runEnded"


@dataclass(slots=True)
class _Run:
    uri: str
    flow_id: str
    report: RunReport
    progress: RunProgress
    task_count: int
    process: RunProcess | None = None
    cancelled: bool = False
    ended: bool = False
    visible: bool = True
    failure: str = ""
    showing: asyncio.TimerHandle | None = None
    called: CalledRuns = field(default_factory=CalledRuns)
    elsewhere: Mapping[str, list[types.DiagnosticRelatedInformation]] = field(default_factory=dict)


class Runs:
    """At most one run for each document; its findings stay until the next edit or run."""

    def __init__(self, server: TiercelServer) -> None:
        self._server = server
        self._runs: dict[str, _Run] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._last_inputs: dict[tuple[str, str], Mapping[str, Any]] = {}
        self._nowhere: TemporaryDirectory[str] | None = None

    @property
    def nowhere(self) -> Path:
        """A folder for runs of documents that are no files; gone when the server ends."""
        if self._nowhere is None:
            self._nowhere = TemporaryDirectory(prefix="tiercel-", ignore_cleanup_errors=True)
        return Path(self._nowhere.name)

    # --- what clients ask for ----------------------------------------------------------------------------------

    async def start(
        self, uri: str, inputs: Mapping[str, Any] | None, flow_id: str | None, part: RunPart = WHOLE
    ) -> dict[str, Any]:
        """Check a document's flow and run it; `{started: true}`, or `{started: false, reason}`.

        Where `inputs` are None or empty, a client that can asks its user for them.
        """
        snapshot = self._server.document(uri)
        if snapshot is None:
            return self._refuse(f"{uri} is not open in the editor.")
        flow = _chosen(snapshot, flow_id)
        if flow is None:
            return self._refuse("There is no such flow in this document." if flow_id else "This document is no flow.")
        earlier = self._runs.get(uri)
        if earlier is not None and not earlier.ended:
            return self._refuse(f"{earlier.flow_id} is running; cancel that run first.")
        findings = await self._server.in_worker(diagnose, snapshot, self._server.neighbours.flows())
        errors = [each for each in refusals(findings) if _concerns(each, flow)]
        if errors:
            line = snapshot.text.line_at(errors[0].span.start) + 1
            return self._refuse(f"Not run, line {line}: {errors[0].message}")
        symbol = flow.outline.id
        name = symbol.value if symbol is not None else "flow"
        given = inputs or await asked_inputs(self._server, uri, flow, self.last_inputs(uri, name))
        if given is None:
            return {"started": False, "reason": "No inputs were given."}
        earlier = self._runs.get(uri)
        if earlier is not None and not earlier.ended:  # Perhaps begun while the user was asked.
            return self._refuse(f"{earlier.flow_id} is running; cancel that run first.")
        inputs = self._last_inputs[uri, name] = given if inputs or self._server.abilities.asks_inputs else {}
        progress = RunProgress(self._server, f"Run {name}{part.title}")
        run = _Run(uri, name, RunReport(), progress, max(1, len(flow.outline.tasks)))
        self._runs[uri] = run
        self._server.diagnosing.publish(uri)
        task = asyncio.create_task(self._follow(run, _order(self._server, snapshot, flow, inputs, part)))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        self._refresh_lenses()
        return {"started": True}

    def last_inputs(self, uri: str, flow_id: str) -> Mapping[str, Any]:
        """The inputs of a flow's last run from here."""
        return self._last_inputs.get((uri, flow_id), {})

    async def cancel(self, uri: str) -> bool:
        """End a document's run; whether there was one."""
        run = self._runs.get(uri)
        if run is None or run.ended:
            return False
        run.cancelled = True
        if run.process is not None:
            await run.process.cancel()
        return True

    async def cancel_progress(self, token: str | int) -> None:
        """End the run that a progress belongs to."""
        for run in self._runs.values():
            if run.progress.token == token:
                await self.cancel(run.uri)
                return

    # --- what is shown -----------------------------------------------------------------------------------------

    def findings(self, snapshot: DocumentSnapshot) -> list[Diagnostic]:
        """What the document's run tells so far, on the lines of its newest text."""
        run = self._runs.get(snapshot.name)
        flow = _chosen(snapshot, run.flow_id) if run is not None else None
        if run is None or flow is None or not run.visible:
            return []
        found = run.report.diagnostics(flow.outline, ended=run.ended)
        if run.failure and flow.outline.id is not None:
            found.append(Diagnostic("run-failed", Severity.ERROR, run.failure, flow.outline.id.span))
        return found

    def shown(self, snapshot: DocumentSnapshot) -> list[types.Diagnostic]:
        """The findings for the client, those of calls with the places in the flows that were called."""
        run, positions = self._runs.get(snapshot.name), self._server.positions(snapshot)
        found = []
        for each in self.findings(snapshot):
            diagnostic = convert.diagnostic(each, snapshot.name, positions, SOURCE)
            more = run.elsewhere.get(str(each.data.get("task", ""))) if run is not None else None
            if more and each.code == "run-failed":
                diagnostic.related_information = [*(diagnostic.related_information or ()), *more]
            found.append(diagnostic)
        return found

    def _tell(self, run: _Run, method: str, more: Mapping[str, Any]) -> None:
        """Tell a client that wants to follow runs."""
        if self._server.abilities.run_events:
            self._server.protocol.notify(method, {"uri": run.uri, "flowId": run.flow_id, **more})

    def last_runs(self, uri: str) -> Mapping[str, LastRun]:
        """How a document's runs ended, by flow; of one that goes on the state is None."""
        run = self._runs.get(uri)
        if run is None:
            return {}
        state = (run.report.state or "FAILED") if run.ended else None
        if run.ended and state not in TERMINAL:
            state = "CANCELLED" if run.cancelled else "FAILED"
        had_inputs = bool(self.last_inputs(uri, run.flow_id))
        return {run.flow_id: LastRun(state, run.report.seconds, had_inputs)}

    def task_ends(self, uri: str) -> Mapping[str, Mapping[str, TaskEnd]]:
        """How the tasks of a document's last run ended, by flow and task."""
        run = self._runs.get(uri)
        return {run.flow_id: run.report.task_ends()} if run is not None else {}

    def task_states(self, uri: str) -> Mapping[str, Mapping[str, str]]:
        """The states of the tasks in a document's run, under way or ended, by flow and task."""
        run = self._runs.get(uri)
        return {run.flow_id: run.report.task_states()} if run is not None else {}

    def edited(self, uri: str) -> None:
        """Take the findings of the last run away: the text is another one now."""
        run = self._runs.get(uri)
        if run is not None:
            run.visible = not run.ended

    def closed(self, uri: str) -> None:
        """Forget a closed document's run; what is under way is ended."""
        run = self._runs.pop(uri, None)
        if run is not None and not run.ended and run.process is not None:
            run.cancelled = True
            run.process.terminate()

    def kill_all(self) -> None:
        """End every child: the server ends."""
        for run in self._runs.values():
            if run.process is not None and not run.ended:
                run.process.terminate()
        if self._nowhere is not None:
            self._nowhere.cleanup()

    async def cancel_all(self) -> None:
        """End every child and wait until it has ended."""
        await asyncio.gather(*(self.cancel(uri) for uri in list(self._runs)))

    # --- following one -----------------------------------------------------------------------------------------

    async def _follow(self, run: _Run, order: RunOrder) -> None:
        self._tell(run, RUN_STARTED, {"inputs": dict(order.inputs), "part": order.part.flags()})
        try:
            process = run.process = await RunProcess.start(order, order.input_texts())
            if run.cancelled:
                process.terminate()
            async for event in process.events():
                run.report.add(event)
                run.called.add(event)
                self._tell(run, RUN_EVENT, {"event": event})
                self._show_soon(run)
            code = await process.ended()
            if run.report.state not in TERMINAL and not run.cancelled:
                run.failure = process.complaint or f"The run ended without a result (exit code {code})."
        except asyncio.CancelledError:
            # The server ends, and nobody is left to tell.
            if run.process is not None:
                run.process.terminate()
            raise
        except OSError as error:
            run.failure = f"The run could not be started: {error}"
        except Exception:
            logger.exception("The run of %s could not be followed", run.flow_id)
            run.failure = "The run could not be followed; see the server's log."
        if run.showing is not None:
            run.showing.cancel()
        run.elsewhere = await self._server.in_worker(places_of_failures, self._server, run.called)
        run.ended = True
        last = self.last_runs(run.uri).get(run.flow_id)
        state = last.state if last is not None else None
        self._tell(run, RUN_ENDED, {"state": state, "message": run.failure or None})
        run.progress.end(self._summary(run))
        self._server.diagnosing.publish(run.uri)
        self._refresh_lenses()

    def _show_soon(self, run: _Run) -> None:
        if run.showing is None:
            run.showing = asyncio.get_running_loop().call_later(_SHOW_EVERY, self._show, run)

    def _show(self, run: _Run) -> None:
        run.showing = None
        if run.ended:
            return
        finished = len(run.report.finished_tasks)
        running = ", ".join(dict.fromkeys(run.report.running_tasks))
        run.progress.report(running or run.report.state or "", 100 * finished // run.task_count)
        self._server.diagnosing.publish(run.uri)

    def _summary(self, run: _Run) -> str:
        last = self.last_runs(run.uri).get(run.flow_id)
        return f"{last.state} in {duration_text(last.seconds)}" if last is not None else "ended"

    def _refuse(self, reason: str) -> dict[str, Any]:
        self._server.window_show_message(types.ShowMessageParams(types.MessageType.Warning, reason))
        return {"started": False, "reason": reason}

    def _refresh_lenses(self) -> None:
        if self._server.abilities.lens_refresh:
            self._server.workspace_code_lens_refresh(None)
        if self._server.abilities.hint_refresh:
            self._server.workspace_inlay_hint_refresh(None)


def _chosen(snapshot: DocumentSnapshot, flow_id: str | None) -> FlowAnalysis | None:
    flows = snapshot.flows
    if flow_id is None:
        return flows[0] if flows else None
    named = (flow for flow in flows if flow.outline.id is not None and flow.outline.id.value == flow_id)
    return next(named, None)


def _concerns(finding: Diagnostic, flow: FlowAnalysis) -> bool:
    span = flow.document.span
    return span.start <= finding.span.start <= span.end


def _order(
    server: TiercelServer, snapshot: DocumentSnapshot, flow: FlowAnalysis, inputs: Mapping[str, Any], part: RunPart
) -> RunOrder:
    path = path_of(snapshot.name)
    roots = server.session.roots
    if path is None:  # Not a file: what it reads and keeps belongs to the folder that is open, or to none.
        folder = next(iter(roots), None) or server.runs.nowhere
        workspace = folder
    else:
        folder = path.parent
        around = next((root for root in roots if path.is_relative_to(root)), folder)
        workspace = snapshot.settings.root or around
    text = snapshot.text.slice(flow.document.span) if len(snapshot.flows) > 1 else snapshot.text.text
    return RunOrder(text, snapshot.kestra_version.value, folder, workspace, inputs, part)
