"""Executions, flows and logs in the shape of Kestra's HTTP API."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from tiercel_engine.core.api_shape import execution_json
from tiercel_engine.core.records import Execution
from tiercel_engine.runtime.jsonable import jsonable
from tiercel_engine.store import Summary
from tiercel_schemas.model.durations import format_duration
from tiercel_server.serving.flow_shelf import ShelvedFlow

TENANT = "main"
_FLOW_FLAGS = {"disabled": False, "draft": False, "deleted": False}


def whole_execution(execution: Execution) -> dict[str, Any]:
    """An execution as `GET executions/{id}` gives it: without outputs of tasks, which have paths of their own."""
    shape: dict[str, Any] = jsonable(execution_json(execution))
    for run in shape["taskRunList"]:
        run.pop("outputs", None)
    shape.pop("kestraVersion")
    shape["tenantId"] = TENANT
    shape["deleted"] = False
    shape.setdefault("originalId", execution.id)
    if execution.schedule_date is not None:
        shape["scheduleDate"] = jsonable(execution.schedule_date)
    return shape


def listed_execution(summary: Summary) -> dict[str, Any]:
    """An execution as lists give it: no task runs."""
    state: dict[str, Any] = {"current": summary.state, "startDate": summary.start_date, "histories": []}
    if summary.end_date is not None:
        state["endDate"] = summary.end_date
        began, ended = datetime.fromisoformat(summary.start_date), datetime.fromisoformat(summary.end_date)
        state["duration"] = format_duration(ended - began)
    return {
        "tenantId": TENANT,
        "id": summary.id,
        "namespace": summary.namespace,
        "flowId": summary.flow_id,
        "parentId": summary.parent_id,
        "kind": summary.kind,
        "labels": [{"key": key, "value": value} for key, value in summary.labels.items()],
        "state": state,
        "deleted": False,
    }


def flow_shape(shelved: ShelvedFlow, *, source: bool) -> dict[str, Any]:
    """A flow as its author wrote it, with its revision, and with its text if asked for."""
    flow = shelved.flow
    shape = {**_FLOW_FLAGS, **jsonable(dict(flow.source)), "id": flow.id, "namespace": flow.namespace}
    shape["tenantId"] = TENANT
    shape["revision"] = flow.revision or 1
    shape["updated"] = datetime.fromtimestamp(shelved.updated, UTC).isoformat().replace("+00:00", "Z")
    labels = [{"key": label.key, "value": label.value} for label in flow.labels]
    if labels:
        shape["labels"] = labels
    if source:
        shape["source"] = shelved.source
    return shape


def log_shape(execution: tuple[str, str], line: Mapping[str, Any]) -> dict[str, Any]:
    """A log entry; `execution` is the namespace and the id of its flow."""
    namespace, flow_id = execution
    shape = {
        "namespace": namespace,
        "flowId": flow_id,
        "taskId": line.get("taskId"),
        "executionId": line.get("executionId"),
        "taskRunId": line.get("taskRunId"),
        "attemptNumber": line.get("attempt"),
        "timestamp": line.get("time"),
        "level": line.get("level"),
        "message": line.get("message"),
    }
    return {key: value for key, value in shape.items() if value is not None}


def page_of(results: list[Any], total: int) -> dict[str, Any]:
    """A page of a list."""
    return {"results": results, "total": total}
