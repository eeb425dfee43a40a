"""A run as its events tell it so far: what the views draw."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

LONGEST_VALUE = 40
"""Characters of a loop's value that are shown."""
GOOD_ENDS = frozenset({"SUCCESS", "WARNING"})
ENDS = frozenset({"SUCCESS", "WARNING", "FAILED", "KILLED", "CANCELLED", "SKIPPED", "RETRIED", "RESUBMITTED"})


@dataclass(slots=True)
class TaskLine:
    """A task run: its place, where it stands and since when (`started`, `ended`)."""

    id: str
    task_id: str
    execution_id: str
    parent_id: str | None
    label: str
    state: str = "CREATED"
    started: datetime | None = None
    ended: datetime | None = None
    message: str | None = None
    reused: bool = False
    """It stands as an earlier execution has left it."""
    started_executions: list[ExecutionLine] = field(default_factory=list)
    """Iterations of a Loop, subflows."""
    size: int | None = None
    """How many iterations a Loop will have, once that is known."""

    def seconds(self, now: datetime) -> float | None:
        """How long it has been at work; None before its start."""
        return None if self.started is None else ((self.ended or now) - self.started).total_seconds()


@dataclass(slots=True)
class ExecutionLine:
    """An execution: of which flow, where it stands, its task runs in the order of creation."""

    id: str
    flow: str
    kestra_version: str
    state: str = "CREATED"
    started: datetime | None = None
    ended: datetime | None = None
    parent_task_run: str | None = None
    label: str = ""
    task_runs: dict[str, TaskLine] = field(default_factory=dict)
    newest: dict[str, TaskLine] = field(default_factory=dict)
    """The newest task run by task."""
    finished: Mapping[str, Any] | None = None

    def seconds(self, now: datetime) -> float | None:
        """How long it takes, or took; None when nothing is known to have begun."""
        return None if self.started is None else ((self.ended or now) - self.started).total_seconds()

    children: dict[str | None, dict[str, TaskLine]] = field(default_factory=dict)
    """The task runs right below one, or at the top for None, by id."""

    def children_of(self, task_run_id: str | None) -> list[TaskLine]:
        """The task runs right below one, or at the top, in the order of creation."""
        return list(self.children.get(task_run_id, {}).values())


@dataclass(slots=True)
class Progress:
    """All executions of a run; `main` is the one that was asked for."""

    executions: dict[str, ExecutionLine] = field(default_factory=dict)
    main: ExecutionLine | None = None

    def recall(self, events: Iterable[Mapping[str, Any]]) -> None:
        """Fold what went before a restart; what has not ended well counts its time from there."""
        for event in events:
            self.take(event)
        for execution in self.executions.values():
            if execution.state not in GOOD_ENDS:
                execution.started = execution.ended = None

    def take(self, event: Mapping[str, Any]) -> None:
        """Fold one event of the stream."""
        kind, execution_id = event.get("event"), event.get("executionId")
        if execution_id is None:
            return
        if kind == "execution.created":
            self._created(event)
            return
        execution = self.executions.get(execution_id)
        if execution is None:
            return
        if kind == "execution.state":
            self._execution_state(execution, event)
        elif kind == "execution.finished":
            execution.finished = event["execution"]
        elif kind == "taskrun.created":
            self._task_created(execution, event)
        elif kind == "taskrun.state":
            self._task_state(execution, event)
        elif kind == "taskrun.removed":
            gone = execution.task_runs.pop(event["taskRunId"], None)
            if gone is not None:
                execution.children.get(gone.parent_id, {}).pop(gone.id, None)

    def task_line(self, event: Mapping[str, Any]) -> TaskLine | None:
        """The task run that an event belongs to."""
        execution = self.executions.get(event.get("executionId") or "")
        return execution.task_runs.get(event.get("taskRunId") or "") if execution is not None else None

    def path(self, line: TaskLine) -> str:
        """The task run's name with those that it runs in: `each[a] › say`."""
        names = [line.label]
        execution = self.executions.get(line.execution_id)
        parent = execution.task_runs.get(line.parent_id or "") if execution is not None else None
        while execution is not None and parent is not None:
            names.append(parent.label)
            parent = execution.task_runs.get(parent.parent_id or "")
        if execution is not None and execution is not self.main:
            names.append(execution.label or execution.flow)
        return " › ".join(reversed(names))

    def _created(self, event: Mapping[str, Any]) -> None:
        execution = ExecutionLine(
            event["executionId"],
            f"{event['namespace']}.{event['flowId']}",
            str(event.get("kestraVersion", "")),
            started=_moment(event),
        )
        loop = event.get("loopRun")
        if loop:
            execution.label = _label(loop["taskId"], loop.get("key") or loop.get("value"))
            caller = self._running(event.get("parentId"), loop["taskId"])
            if caller is not None:
                caller.size = loop.get("size") or caller.size
        else:
            variables = (event.get("trigger") or {}).get("variables") or {}
            starter = self.executions.get(variables.get("executionId") or "")
            caller = starter.task_runs.get(variables.get("taskRunId") or "") if starter is not None else None
        if caller is not None:
            execution.parent_task_run = caller.id
            caller.started_executions.append(execution)
        self.executions[execution.id] = execution
        if self.main is None:
            self.main = execution

    def _running(self, execution_id: str | None, task_id: str) -> TaskLine | None:
        """The newest run of a Loop in an execution."""
        parent = self.executions.get(execution_id or "")
        if parent is None:
            return None
        known = parent.newest.get(task_id)
        return known if known is not None and known.id in parent.task_runs else None

    def _execution_state(self, execution: ExecutionLine, event: Mapping[str, Any]) -> None:
        execution.state = event["state"]
        execution.started = execution.started or _moment(event)
        execution.ended = _moment(event) if execution.state in ENDS else None

    def _task_created(self, execution: ExecutionLine, event: Mapping[str, Any]) -> None:
        label = _label(event["taskId"], event.get("value"))
        line = TaskLine(event["taskRunId"], event["taskId"], execution.id, event.get("parentTaskRunId"), label)
        execution.task_runs[line.id] = line
        execution.newest[line.task_id] = line
        execution.children.setdefault(line.parent_id, {})[line.id] = line

    def _task_state(self, execution: ExecutionLine, event: Mapping[str, Any]) -> None:
        line = execution.task_runs.get(event["taskRunId"])
        if line is None:
            return
        line.state = event["state"]
        line.message = event.get("message")
        line.reused = bool(event.get("reused"))
        if line.reused:
            return
        if line.state == "RESTARTED":
            line.started = None
        if line.state == "RUNNING" and line.started is None:
            line.started = _moment(event)
        line.ended = _moment(event) if line.state in ENDS else None


def _label(task_id: str, value: Any) -> str:
    if value is None:
        return task_id
    text = " ".join(str(value).split())
    return f"{task_id}[{text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + '…'}]"


def _moment(event: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(event["time"])
