"""Events of a run folded into the records' form, ids and all still as they are."""

from dataclasses import dataclass, field
from typing import Any


@dataclass
class RecordedTaskRun:
    """A task run as the events tell it."""

    id: str
    task_id: str
    type: str
    parent_id: str | None
    value: str | None
    iteration: int | None
    states: list[str] = field(default_factory=list)
    outputs: dict[str, Any] = field(default_factory=dict)
    logs: list[dict[str, Any]] = field(default_factory=list)
    metrics: list[dict[str, Any]] = field(default_factory=list)
    attempts: list[list[str]] = field(default_factory=list)


@dataclass
class RecordedExecution:
    """An execution as the events tell it."""

    id: str
    created: dict[str, Any]
    states: list[str] = field(default_factory=list)
    labels: list[dict[str, str]] = field(default_factory=list)
    variables: dict[str, Any] = field(default_factory=dict)
    task_runs: dict[str, RecordedTaskRun] = field(default_factory=dict)
    removed: dict[str, RecordedTaskRun] = field(default_factory=dict)
    logs: list[dict[str, Any]] = field(default_factory=list)
    final: dict[str, Any] | None = None

    @property
    def correlation(self) -> str:
        """The id that all executions of one story share."""
        found = (label["value"] for label in self.labels if label["key"] == "system.correlationId")
        return next(found, self.id)


class Recording:
    """Takes the event stream of any number of executions."""

    def __init__(self) -> None:
        self.executions: dict[str, RecordedExecution] = {}

    def take(self, event: dict[str, Any]) -> None:
        """Fold one event."""
        kind, execution_id = event["event"], event.get("executionId")
        if execution_id is None:
            return
        if kind == "execution.created":
            self.executions[execution_id] = RecordedExecution(
                execution_id, event, labels=event.get("labels", []), variables=event.get("variables", {})
            )
            return
        execution = self.executions.get(execution_id)
        if execution is None:
            return
        handler = getattr(self, "_" + kind.replace(".", "_"), None)
        if handler is not None:
            handler(execution, event)

    def _execution_state(self, execution: RecordedExecution, event: dict[str, Any]) -> None:
        execution.states.append(event["state"])

    def _execution_labels(self, execution: RecordedExecution, event: dict[str, Any]) -> None:
        execution.labels = event["labels"]

    def _execution_variables(self, execution: RecordedExecution, event: dict[str, Any]) -> None:
        execution.variables = event["variables"]

    def _execution_finished(self, execution: RecordedExecution, event: dict[str, Any]) -> None:
        execution.final = event["execution"]

    def _taskrun_created(self, execution: RecordedExecution, event: dict[str, Any]) -> None:
        execution.task_runs[event["taskRunId"]] = RecordedTaskRun(
            event["taskRunId"],
            event["taskId"],
            event.get("type", ""),
            event.get("parentTaskRunId"),
            event.get("value"),
            event.get("iteration"),
        )

    def _taskrun_state(self, execution: RecordedExecution, event: dict[str, Any]) -> None:
        run = execution.task_runs.get(event["taskRunId"])
        if run is not None:
            run.states.append(event["state"])

    def _taskrun_outputs(self, execution: RecordedExecution, event: dict[str, Any]) -> None:
        run = execution.task_runs.get(event["taskRunId"])
        if run is not None:
            run.outputs = event["outputs"]

    def _taskrun_removed(self, execution: RecordedExecution, event: dict[str, Any]) -> None:
        run = execution.task_runs.pop(event["taskRunId"], None)
        if run is not None:
            execution.removed[run.id] = run
            # The real engine's records show the logs of a run that is gone as the execution's own.
            execution.logs += [{"level": entry["level"], "message": entry["message"]} for entry in run.logs]

    def _log(self, execution: RecordedExecution, event: dict[str, Any]) -> None:
        entry = {"level": event["level"], "message": event["message"]}
        run = execution.task_runs.get(event.get("taskRunId", ""))
        if run is None:
            execution.logs.append(entry)
            return
        if event.get("attempt"):
            entry = {"level": event["level"], "attempt": event["attempt"], "message": event["message"]}
        run.logs.append(entry)

    def _metric(self, execution: RecordedExecution, event: dict[str, Any]) -> None:
        run = execution.task_runs.get(event.get("taskRunId", ""))
        if run is not None:
            keys = ("name", "type", "value", "tags")
            run.metrics.append({key: event.get(key, {}) for key in keys})
