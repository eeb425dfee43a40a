"""A run's events folded into findings on the lines of its flow: what failed and why, what succeeded and how fast.

report = RunReport()
for event in events: report.add(event)        # as docs/events.md describes them
report.diagnostics(flow.outline), report.state, report.finished_tasks
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tiercel_schemas.diagnostics import Diagnostic, RelatedLocation, Severity
from tiercel_schemas.source.spans import Span
from tiercel_server.analysis.outline import FlowOutline
from tiercel_server.features.code_lens import duration_text

Event = Mapping[str, Any]
TERMINAL = frozenset({"SUCCESS", "WARNING", "FAILED", "KILLED", "CANCELLED", "SKIPPED", "RETRIED", "BREAKPOINT"})
_BAD = ("FAILED", "KILLED", "CANCELLED", "WARNING")
_NOTICES = {"ERROR": Severity.ERROR, "WARN": Severity.WARNING}
_MOST_LOGS = 5
_EXPLAINED = frozenset({"run-failed", "run-warning", "run-cancelled"})
_LONGEST_MESSAGE = 2_000


@dataclass(slots=True)
class _TaskRun:
    task_id: str
    state: str = "CREATED"
    started: datetime | None = None
    ended: datetime | None = None
    attempts: int = 1
    message: str = ""
    logs: dict[str, list[str]] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)

    def reason(self) -> str:
        """Why it ended so: the logs of the level that tells, then what the state says and no log has said."""
        logs = self.logs.get("ERROR") or (self.logs.get("WARN") if self.state == "WARNING" else None) or []
        if not self.message:
            return "\n".join(logs)
        # The engine logs the reason too, as it is and behind the name of its class.
        said = [log for log in logs if log != self.message and not log.endswith(f": {self.message}")]
        return "\n".join([*said, self.message])


@dataclass(slots=True)
class _Execution:
    namespace: str
    flow_id: str
    state: str = "CREATED"
    started: datetime | None = None
    ended: datetime | None = None
    errors: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class TaskEnd:
    """How a task ended: a state, seconds, and in how many runs of the task."""

    state: str
    seconds: float
    runs: int


class RunReport:
    """The state of a run as far as its events tell. Unknown events and keys are passed over."""

    def __init__(self) -> None:
        self._executions: dict[str, _Execution] = {}
        self._task_runs: dict[str, _TaskRun] = {}
        self._notices: list[tuple[str, Severity, str]] = []
        self._main: str | None = None

    # --- taking events -----------------------------------------------------------------------------------------

    def add(self, event: Event) -> None:
        """Take the next event."""
        take = getattr(self, f"_on_{str(event.get('event', '')).replace('.', '_')}", None)
        if take is not None:
            take(event)

    def _on_notice(self, event: Event) -> None:
        severity = _NOTICES.get(str(event.get("level")), Severity.HINT)
        self._notices.append((str(event.get("taskId") or ""), severity, str(event.get("message", ""))))

    def _on_execution_created(self, event: Event) -> None:
        execution_id = str(event.get("executionId"))
        self._main = self._main or execution_id
        self._executions[execution_id] = _Execution(
            str(event.get("namespace", "")), str(event.get("flowId", "")), started=_time(event)
        )

    def _on_execution_state(self, event: Event) -> None:
        execution = self._executions.get(str(event.get("executionId")))
        if execution is not None:
            execution.state = str(event.get("state", ""))
            execution.ended = _time(event)

    def _on_execution_finished(self, event: Event) -> None:
        self._on_execution_state(event)

    def _on_taskrun_created(self, event: Event) -> None:
        if self._is_of_this_flow(event):
            self._task_runs[str(event.get("taskRunId"))] = _TaskRun(str(event.get("taskId", "")), started=_time(event))

    def _on_taskrun_removed(self, event: Event) -> None:
        self._task_runs.pop(str(event.get("taskRunId")), None)

    def _on_taskrun_state(self, event: Event) -> None:
        run = self._task_runs.get(str(event.get("taskRunId")))
        if run is None:
            return
        run.state = str(event.get("state", ""))
        run.attempts = max(run.attempts, int(event.get("attempt") or 0) + 1)
        run.message = str(event.get("message") or "")
        if run.state in TERMINAL:
            run.ended = _time(event)
        elif run.state == "RUNNING" and run.ended is None:
            run.started = _time(event)

    def _on_log(self, event: Event) -> None:
        level, message = str(event.get("level", "")), str(event.get("message", ""))
        run = self._task_runs.get(str(event.get("taskRunId")))
        if run is not None:
            run.lines.append(_shortened(f"{level} {message}"))
            del run.lines[:-_MOST_LOGS]
            logs = run.logs.setdefault(level, [])
            logs.append(message)
            del logs[:-_MOST_LOGS]
        elif level == "ERROR" and str(event.get("executionId")) in self._executions:
            errors = self._executions[str(event.get("executionId"))].errors
            errors.append(message)
            del errors[:-_MOST_LOGS]

    def _is_of_this_flow(self, event: Event) -> bool:
        """Whether an event belongs to the flow itself, loops included, and not to a subflow."""
        main, own = self._executions.get(self._main or ""), self._executions.get(str(event.get("executionId")))
        return main is None or own is None or (main.namespace, main.flow_id) == (own.namespace, own.flow_id)

    # --- telling -----------------------------------------------------------------------------------------------

    @property
    def state(self) -> str | None:
        """The state of the execution so far, None before there is one."""
        execution = self._executions.get(self._main or "")
        return execution.state if execution is not None else None

    @property
    def seconds(self) -> float:
        """How long the execution took so far."""
        execution = self._executions.get(self._main or "")
        return _seconds(execution.started, execution.ended) if execution is not None else 0.0

    @property
    def running_tasks(self) -> tuple[str, ...]:
        """The ids of tasks under way, in the order of their start."""
        return tuple(run.task_id for run in self._task_runs.values() if run.state == "RUNNING")

    @property
    def finished_tasks(self) -> frozenset[str]:
        """The ids of tasks of which a run has ended."""
        return frozenset(run.task_id for run in self._task_runs.values() if run.state in TERMINAL)

    def task_states(self) -> Mapping[str, str]:
        """The states of the tasks so far, by id: of several runs of one the newest that goes on, else the worst."""
        going = {run.task_id: run.state for run in self._task_runs.values() if run.state not in TERMINAL}
        return {task_id: end.state for task_id, end in self.task_ends().items()} | going

    def task_ends(self) -> Mapping[str, TaskEnd]:
        """How the tasks ended that have ended, by id: the worst state of their runs, and the time these took."""
        found: dict[str, TaskEnd] = {}
        for run in self._task_runs.values():
            if run.state in TERMINAL:
                before = found.get(run.task_id, TaskEnd(run.state, 0.0, 0))
                state = min(before.state, run.state, key=lambda each: _BAD.index(each) if each in _BAD else len(_BAD))
                seconds = before.seconds + _seconds(run.started, run.ended)
                found[run.task_id] = TaskEnd(state, seconds, before.runs + 1)
        return found

    def diagnostics(self, outline: FlowOutline, *, ended: bool = True) -> list[Diagnostic]:
        """The findings, on the ids of tasks and of the flow. `ended`: the run is over, however it ended."""
        by_task: dict[str, list[_TaskRun]] = {}
        for run in self._task_runs.values():
            by_task.setdefault(run.task_id, []).append(run)
        found = []
        for task_id, runs in by_task.items():
            task = outline.task(task_id)
            finding = _task_finding(runs, ended=ended)
            if task is not None and finding is not None:
                code, severity, message = finding
                said = [line for run in runs for line in run.lines] if code in _EXPLAINED else []
                related = tuple(RelatedLocation(task.name_span, line) for line in said[-_MOST_LOGS:])
                data = {"task": task_id}
                found.append(Diagnostic(code, severity, _shortened(message), task.name_span, related, data=data))
        flow_span = _flow_span(outline)
        for task_id, severity, message in self._notices:
            task = outline.task(task_id) if task_id else None
            span = task.name_span if task is not None else flow_span
            found.append(Diagnostic("run-notice", severity, _shortened(message), span))
        found += self._flow_findings(flow_span, ended=ended)
        return sorted(found, key=lambda each: (each.span, each.severity))

    def _flow_findings(self, span: Span, *, ended: bool) -> list[Diagnostic]:
        execution = self._executions.get(self._main or "")
        if execution is None or not ended:
            return []
        took = duration_text(_seconds(execution.started, execution.ended))
        errors = "\n".join(execution.errors)
        if execution.state not in TERMINAL:
            return [
                Diagnostic("run-cancelled", Severity.WARNING, f"The run was cut off while {execution.state}.", span)
            ]
        if execution.state in {"SUCCESS", "SKIPPED"}:
            return [Diagnostic("run-success", Severity.HINT, f"{execution.state} in {took}", span)]
        severity = Severity.WARNING if execution.state in {"WARNING", "KILLED", "CANCELLED"} else Severity.ERROR
        code = {"WARNING": "run-warning", "FAILED": "run-failed"}.get(execution.state, "run-cancelled")
        message = f"{execution.state} in {took}" + (f": {errors}" if errors else "")
        explained = any(run.state == execution.state for run in self._task_runs.values())
        return [Diagnostic(code, Severity.HINT if explained and not errors else severity, _shortened(message), span)]


def _task_finding(runs: list[_TaskRun], *, ended: bool) -> tuple[str, Severity, str] | None:
    for state in _BAD:
        bad = [run for run in runs if run.state == state]
        if bad:
            return _bad_finding(state, bad, runs)
    going = [run for run in runs if run.state not in TERMINAL]
    if going:
        if not ended:
            return "run-running", Severity.INFORMATION, "Running"
        return "run-cancelled", Severity.WARNING, "Cut off before it ended"
    done = [run for run in runs if run.state == "SUCCESS"]
    if not done:
        return "run-skipped", Severity.HINT, "Skipped"
    seconds = sum(_seconds(run.started, run.ended) for run in done)
    attempts = max(run.attempts for run in done)
    count = f", {len(done)} runs" if len(done) > 1 else ""
    tries = f", {attempts} attempts" if attempts > 1 else ""
    return "run-success", Severity.HINT, f"Success in {duration_text(seconds)}{count}{tries}"


def _bad_finding(state: str, bad: list[_TaskRun], runs: list[_TaskRun]) -> tuple[str, Severity, str]:
    reason = next((text for run in bad if (text := run.reason())), "")
    share = f" in {len(bad)} of {len(runs)} runs" if len(runs) > 1 else ""
    tries = f" after {bad[0].attempts} attempts" if bad[0].attempts > 1 else ""
    code, severity, word = {
        "FAILED": ("run-failed", Severity.ERROR, "Failed"),
        "WARNING": ("run-warning", Severity.WARNING, "Warning"),
    }.get(state, ("run-cancelled", Severity.WARNING, state.capitalize()))
    return code, severity, f"{word}{share}{tries}" + (f": {reason}" if reason else "")


def _flow_span(outline: FlowOutline) -> Span:
    return outline.id.span if outline.id is not None else Span(outline.root.span.start, outline.root.span.start)


def _time(event: Event) -> datetime | None:
    try:
        return datetime.fromisoformat(str(event.get("time")))
    except ValueError:
        return None


def _seconds(start: datetime | None, end: datetime | None) -> float:
    return max(0.0, (end - start).total_seconds()) if start is not None and end is not None else 0.0


def _shortened(message: str) -> str:
    message = message.strip()
    return message if len(message) <= _LONGEST_MESSAGE else f"{message[:_LONGEST_MESSAGE]}…"
