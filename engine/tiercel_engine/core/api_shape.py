"""Executions in the shape of Kestra's API, as plain data for JSON."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tiercel_engine.core.effects import Report
from tiercel_engine.core.records import Attempt, Execution, History, LoopRun, TaskRun, Trigger
from tiercel_schemas.model.durations import format_duration


def iso(date: datetime) -> str:
    """An instant in UTC, with microseconds."""
    return date.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def state_json(history: History) -> dict[str, Any]:
    """`current`, the dates, and all states with theirs."""
    shape: dict[str, Any] = {
        "current": history[-1].state.value,
        "startDate": iso(history[0].date),
        "histories": [{"state": change.state.value, "date": iso(change.date)} for change in history],
    }
    if history[-1].state.terminated:
        shape["endDate"] = iso(history[-1].date)
        shape["duration"] = format_duration(history[-1].date - history[0].date)
    return shape


def labels_json(labels: tuple[tuple[str, str], ...]) -> list[dict[str, str]]:
    """Labels as a list of `{key, value}`."""
    return [{"key": key, "value": value} for key, value in labels]


def loop_run_json(loop_run: LoopRun) -> dict[str, Any]:
    """What an iteration knows of its Loop."""
    shape: dict[str, Any] = {"taskId": loop_run.task_id, "index": loop_run.index, "value": loop_run.value}
    if loop_run.key is not None:
        shape["key"] = loop_run.key
    if loop_run.parents:
        shape["parents"] = [dict(item) for item in loop_run.parents]
    return shape


def trigger_json(trigger: Trigger) -> dict[str, Any]:
    """What started the execution."""
    return {"id": trigger.id, "type": trigger.type, "variables": dict(trigger.variables)}


def task_run_json(execution: Execution, run: TaskRun) -> dict[str, Any]:
    """One task run."""
    shape: dict[str, Any] = {
        "id": run.id,
        "executionId": execution.id,
        "namespace": execution.flow.namespace,
        "flowId": execution.flow.id,
        "taskId": run.task_id,
    }
    if run.parent_id is not None:
        shape["parentTaskRunId"] = run.parent_id
    if run.value is not None:
        shape["value"] = run.value
    if run.iteration is not None:
        shape["iteration"] = run.iteration
    shape["state"] = state_json(run.history)
    shape["attempts"] = [_attempt_json(attempt) for attempt in run.attempts]
    if run.outputs:
        shape["outputs"] = dict(run.outputs)
    return shape


def _attempt_json(attempt: Attempt) -> dict[str, Any]:
    return {"state": state_json(attempt.history)}


def execution_json(execution: Execution) -> dict[str, Any]:
    """A whole execution, as `docs/events.md` describes it."""
    shape = _head(execution)
    shape["state"] = state_json(execution.history)
    shape["outputs"] = dict(execution.outputs) if execution.loop_run is None else {}
    shape["metadata"] = {
        "attemptNumber": execution.attempt_number,
        "originalCreatedDate": iso(execution.created_date or execution.start_date),
    }
    shape["taskRunList"] = [task_run_json(execution, run) for run in execution.ordered_task_runs()]
    return shape


def _head(execution: Execution) -> dict[str, Any]:
    shape: dict[str, Any] = {
        "id": execution.id,
        "namespace": execution.flow.namespace,
        "flowId": execution.flow.id,
        "flowRevision": execution.flow.revision or 1,
        "kestraVersion": execution.flow.version.value,
    }
    optional: Mapping[str, Any] = {
        "parentId": execution.parent_id,
        "originalId": execution.original_id,
        "kind": execution.kind,
        "loopRun": loop_run_json(execution.loop_run) if execution.loop_run else None,
        "trigger": trigger_json(execution.trigger) if execution.trigger else None,
    }
    shape.update({key: value for key, value in optional.items() if value is not None})
    shape["inputs"] = dict(execution.inputs)
    shape["variables"] = {key: value for key, value in execution.variables.items() if value is not None}
    shape["labels"] = labels_json(execution.labels)
    return shape


def created_report(execution: Execution) -> Report:
    """The line that says that an execution exists."""
    shape = _head(execution)
    del shape["id"]
    if execution.loop_run is not None and execution.loop_run.size:
        shape["loopRun"] = {**shape["loopRun"], "size": execution.loop_run.size}
    return Report("execution.created", shape)
