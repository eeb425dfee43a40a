"""From what was recorded to the records' own form."""

from typing import Any

from tests.conformance.run_support.placeholders import Placeholders
from tests.conformance.run_support.recording import RecordedExecution, RecordedTaskRun
from tiercel_engine.storage import InternalStorage, StorageError

_ENDS = {"SUCCESS", "WARNING", "FAILED", "KILLED", "CANCELLED", "SKIPPED", "RETRIED", "RESUBMITTED"}
_CORRELATION_ONLY = "system.correlationId"


class RecordWriter:
    """Writes executions of one story as records."""

    def __init__(self, names: Placeholders, storage: InternalStorage, secret_inputs: set[str]) -> None:
        self._names = names
        self._storage = storage
        self._secret_inputs = secret_inputs

    def execution(self, recorded: RecordedExecution) -> dict[str, Any]:
        """The record of an execution."""
        final = recorded.final or {}
        created = recorded.created
        record: dict[str, Any] = {
            "flowId": created["flowId"],
            "namespace": created["namespace"],
            "revision": created.get("flowRevision", 1),
            "kind": created.get("kind"),
            "loopRun": self._names.data(_recorded_loop_run(created.get("loopRun"))),
            "parentId": self._names.data(created.get("parentId") or final.get("parentId")),
            "state": recorded.states[-1] if recorded.states else None,
            "stateHistory": recorded.states,
            "trigger": self._names.data(final.get("trigger") or created.get("trigger")),
            "inputs": self._inputs(final.get("inputs") or created.get("inputs") or {}),
            "outputs": self._names.data(final.get("outputs")) or None,
            "labels": [self._names.text(f"{label['key']}={label['value']}") for label in recorded.labels],
            "variables": self._names.data(recorded.variables) or None,
            "metadata": self._names.data(final.get("metadata")),
            "executionLogs": self._names.data(recorded.logs) or None,
            "taskRuns": [self._task_run(run, recorded) for run in self._kept(recorded)],
        }
        return {key: value for key, value in record.items() if value is not None}

    def _kept(self, recorded: RecordedExecution) -> list[RecordedTaskRun]:
        return list(recorded.task_runs.values())

    def _inputs(self, inputs: dict[str, Any]) -> Any:
        shown = {
            name: {"type": "io.kestra.datatype:aes_encrypted"} if name in self._secret_inputs else value
            for name, value in inputs.items()
            if value is not None
        }
        return self._names.data(shown) if inputs else None

    def _task_run(self, run: RecordedTaskRun, recorded: RecordedExecution) -> dict[str, Any]:
        final = {entry["id"]: entry for entry in (recorded.final or {}).get("taskRunList", [])}.get(run.id, {})
        parent = recorded.task_runs.get(run.parent_id or "")
        record: dict[str, Any] = {
            "taskId": run.task_id,
            "value": run.value,
            "iteration": final.get("iteration", run.iteration),
            "parent": _name(parent) if parent else None,
            "state": run.states[-1] if run.states else None,
            "stateHistory": run.states,
            "attempts": [
                [change["state"] for change in attempt["state"]["histories"]] for attempt in final.get("attempts", [])
            ],
            "outputs": self._names.data(run.outputs),
            "outputFilesContent": self._contents(run.outputs) or None,
            "logs": self._names.data(run.logs) or None,
            "metrics": self._metrics(run) or None,
        }
        return {key: value for key, value in record.items() if value is not None}

    def _contents(self, outputs: Any) -> dict[str, str]:
        found: dict[str, str] = {}
        for path, uri in _uris(outputs, ""):
            try:
                content = self._storage.read_bytes(uri)
                text = content.decode("utf-8", errors="strict")
            except (FileNotFoundError, StorageError):
                text = "<unreadable: FileNotFoundException>"
            except UnicodeDecodeError:
                text = "<binary>"
            found[path] = self._names.text(text)
        return found

    def _metrics(self, run: RecordedTaskRun) -> list[dict[str, Any]]:
        merged: dict[tuple[Any, ...], dict[str, Any]] = {}
        for metric in run.metrics:
            key = (metric["name"], metric["type"], tuple(sorted(metric["tags"].items())))
            known = merged.get(key)
            value = "<duration>" if metric["type"] == "timer" else metric["value"]
            if known is not None and metric["type"] == "counter":
                known["value"] += value
            else:
                merged[key] = {**metric, "value": value}
        return [merged[key] for key in sorted(merged, key=str)]


def children_in_order(root: RecordedExecution, story: list[RecordedExecution]) -> list[RecordedExecution]:
    """The other executions of a story: by flow, iterations by loop and number, else by creation."""
    place = {execution.id: number for number, execution in enumerate(story)}

    def key(execution: RecordedExecution) -> tuple[Any, ...]:
        loop = execution.created.get("loopRun") or {}
        parent = place.get(execution.created.get("parentId", ""), 0)
        return execution.created["flowId"], loop.get("taskId", ""), loop.get("index", 0), parent, place[execution.id]

    return sorted((execution for execution in story if execution is not root), key=key)


def _recorded_loop_run(loop_run: dict[str, Any] | None) -> dict[str, Any] | None:
    """What the real engine says of an iteration; ours adds how many there are."""
    return {name: value for name, value in loop_run.items() if name != "size"} if loop_run else None


def _name(run: RecordedTaskRun) -> str:
    return f"{run.task_id}[{run.value}]" if run.value is not None else run.task_id


def _uris(value: Any, path: str) -> list[tuple[str, str]]:
    if isinstance(value, str):
        return [(path, value)] if value.startswith("kestra://") else []
    items: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        items = sorted(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))
    return [found for key, inner in items for found in _uris(inner, f"{path}/{key}")]
