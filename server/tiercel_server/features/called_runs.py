"""What failed in flows that a run has called, told to the task that called them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class CalledFailure:
    """A task that failed in a flow that was called: by which task of the first flow, and why."""

    caller: str
    namespace: str
    flow_id: str
    task_id: str
    message: str


@dataclass(slots=True)
class _Called:
    namespace: str
    flow_id: str
    caller_run: str


class CalledRuns:
    """Follows the events of a run (`docs/events.md`) for those of subflows."""

    def __init__(self) -> None:
        self._called: dict[str, _Called] = {}
        self._tasks: dict[str, tuple[str, str]] = {}
        self._failed: dict[str, str] = {}

    def add(self, event: Mapping[str, Any]) -> None:
        """Take the next event."""
        match event.get("event"):
            case "execution.created":
                trigger = event.get("trigger")
                variables = trigger.get("variables") if isinstance(trigger, Mapping) else None
                caller = str(variables.get("taskRunId") or "") if isinstance(variables, Mapping) else ""
                called = _Called(str(event.get("namespace", "")), str(event.get("flowId", "")), caller)
                if not caller and event.get("parentId") in self._called:
                    called.caller_run = self._called[str(event["parentId"])].caller_run
                self._called[str(event.get("executionId"))] = called
            case "taskrun.created":
                self._tasks[str(event.get("taskRunId"))] = (
                    str(event.get("executionId")),
                    str(event.get("taskId", "")),
                )
            case "taskrun.state" if event.get("state") == "FAILED":
                self._failed[str(event.get("taskRunId"))] = str(event.get("message") or "")
            case "taskrun.state":
                self._failed.pop(str(event.get("taskRunId")), None)

    def failures(self) -> Iterator[CalledFailure]:
        """What failed in flows that were called, in the order of the failures; of calls in calls the outermost task."""
        for run, message in self._failed.items():
            execution, task_id = self._tasks.get(run, ("", ""))
            called = self._called.get(execution)
            caller = self._outermost(called)
            if called is not None and caller:
                yield CalledFailure(caller, called.namespace, called.flow_id, task_id, message)

    def _outermost(self, called: _Called | None) -> str:
        caller = ""
        for _ in range(len(self._called)):
            if called is None or called.caller_run not in self._tasks:
                break
            execution, caller = self._tasks[called.caller_run]
            called = self._called.get(execution)
        return caller
