"""What expressions see: the context of a task run, and of an execution as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tiercel_engine.core.flowables.base import CORE
from tiercel_engine.core.records import Execution, LoopRun, TaskRun
from tiercel_engine.core.states import State
from tiercel_engine.runtime.java_order import copied_capacity, hashed
from tiercel_engine.runtime.request import Surroundings
from tiercel_schemas.model import Flow
from tiercel_schemas.versions import KestraVersion

_SILENT = frozenset(CORE + "execution." + name for name in ("Labels", "SetVariables", "UnsetVariables", "Exit"))


class Views:
    """`outputs` and `tasks` of an execution, kept up to date run by run."""

    __slots__ = ("outputs", "states", "version")

    def __init__(self, version: KestraVersion, outer_outputs: Mapping[str, Any]) -> None:
        self.version = version
        self.outputs: dict[str, Any] = dict(outer_outputs)
        self.states: dict[str, Any] = {}

    def note(self, execution: Execution, run: TaskRun) -> None:
        """Take in what a task run is now."""
        self.states[run.task_id] = {"state": run.state.value}
        if self.version is KestraVersion.V1_3 and not _shown_in_1_3(execution, run):
            return
        path = [*_values_around(execution, run), run.value] if run.value is not None else []
        path = path or list(_values_around(execution, run))
        _place(self.outputs, [run.task_id, *path], _shown_outputs(run.outputs))

    def forget(self, task_id: str) -> None:
        """A task run is no longer part of the execution."""
        self.outputs.pop(task_id, None)
        self.states.pop(task_id, None)


def _shown_in_1_3(execution: Execution, run: TaskRun) -> bool:
    """1.3 shows what has ended, loops at work with what they have, and nothing of what was skipped or is silent."""
    if execution.plan.tasks[run.task_id].task.type in _SILENT or run.state is State.SKIPPED:
        return False
    return (run.state.terminated and bool(run.attempts)) or bool(run.outputs)


def _shown_outputs(outputs: Mapping[str, Any]) -> Mapping[str, Any]:
    shown = hashed(outputs)
    if isinstance(variables := shown.get("vars"), dict):
        shown["vars"] = hashed(variables)
    return shown


def _values_around(execution: Execution, run: TaskRun) -> list[str]:
    values = [outer.value for outer in execution.ancestors(run) if outer.value is not None]
    return values[::-1]


def _place(target: dict[str, Any], path: list[str], value: Mapping[str, Any]) -> None:
    *steps, last = path
    for step in steps:
        inner = target.get(step)
        target[step] = target = dict(inner) if isinstance(inner, Mapping) else {}
    target[last] = value


def execution_context(
    execution: Execution,
    views: Views,
    surroundings: Surroundings,
    inherited: Mapping[str, Any],
) -> dict[str, Any]:
    """The context outside of any task run; `inherited` is what an iteration sees of the execution around."""
    flow = execution.flow
    context: dict[str, Any] = {
        "flow": {
            "id": flow.id,
            "namespace": flow.namespace,
            "revision": flow.revision or 1,
            "tenantId": "main",
        },
        "execution": _execution_entry(execution),
        "outputs": _all_outputs(views),
        "tasks": hashed(views.states) if views.version is KestraVersion.V1_3 else dict(views.states),
        "labels": nested_labels(execution.labels),
        "globals": dict(surroundings.globals),
        "envs": dict(surroundings.envs),
        "kestra": {"url": surroundings.kestra_url},
        "addSecretConsumer": "",
    }
    if variables := surroundings.services.namespace_variables(flow.namespace):
        context["namespace"] = variables
    if inputs := _inputs(execution):
        context["inputs"] = inputs
    elif "inputs" in inherited:
        context["inputs"] = inherited["inputs"]
    if "state" in inherited:
        context["execution"]["state"] = inherited["state"]
    if surroundings.files:
        context["files"] = dict(surroundings.files)
    if execution.variables:
        context["vars"] = hashed(execution.variables)
    if execution.trigger is not None:
        context["trigger"] = hashed(execution.trigger.variables)
    elif "trigger" in inherited:
        context["trigger"] = inherited["trigger"]
    if execution.loop_run is not None:
        context["item"] = item_of(execution.loop_run)
    return context


def _all_outputs(views: Views) -> dict[str, Any]:
    if views.version is KestraVersion.V1_3:
        return hashed(views.outputs, copied_capacity(len(views.outputs)))
    return hashed(views.outputs)


def _inputs(execution: Execution) -> dict[str, Any]:
    """The inputs, and the literal defaults of those that are left out, which expressions see all the same."""
    if execution.loop_run is not None:
        return {}
    inputs = {key: hashed(item) if isinstance(item, dict) else item for key, item in execution.inputs.items()}
    capacity = copied_capacity(len(inputs))
    return hashed({**default_inputs(execution.flow), **inputs}, capacity)


def default_inputs(flow: Flow) -> dict[str, Any]:
    """The literal defaults by input."""
    defaults = {each.id: getattr(each, "defaults", None) for each in flow.inputs if "." not in each.id}
    return {
        name: default
        for name, default in defaults.items()
        if default is not None and not (isinstance(default, str) and "{" in default)
    }


def error_entry(execution: Execution, entry: Mapping[str, Any], timestamp: str) -> dict[str, Any]:
    """A log entry as `errorLogs()` shows it."""
    shown = {
        "tenantId": "main",
        "namespace": execution.flow.namespace,
        "flowId": execution.flow.id,
        "taskId": entry.get("taskId"),
        "executionId": execution.id,
        "taskRunId": entry.get("taskRunId"),
        "attemptNumber": entry.get("attempt"),
        "timestamp": timestamp,
        "level": entry["level"],
        "message": entry["message"],
    }
    return {name: value for name, value in shown.items() if value is not None}


def state_around(execution: Execution, loop_id: str, iteration: int | None) -> str:
    """The state that an iteration shows for its own: that of the execution around when the iteration began."""
    run = execution.task_runs.get(loop_id)
    is_first = run is not None and run.number == 1 and iteration == 0
    return State.CREATED.value if is_first else execution.state.value


def _execution_entry(execution: Execution) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "id": execution.id,
        "startDate": execution.start_date,
        "state": execution.state.value,
        "originalId": execution.original_id or execution.id,
    }
    if execution.concluded and execution.state.terminated:
        if execution.flow.version is KestraVersion.V2_0:
            entry["endDate"] = execution.history[-1].date
        if execution.outputs:
            entry["outputs"] = dict(execution.outputs)
    return entry


def task_context(
    execution: Execution,
    run: TaskRun,
    views: Views,
    surroundings: Surroundings,
    inherited: Mapping[str, Any],
) -> dict[str, Any]:
    """The context of a task run, as it is when the run is handed out."""
    context = execution_context(execution, views, surroundings, inherited)
    task = execution.plan.tasks[run.task_id].task
    version = execution.flow.version
    context["task"] = {"id": task.id, "type": task.written_type}
    entry: dict[str, Any] = {
        "id": run.id,
        "startDate": run.start_date,
        "attemptsCount": max(len(run.attempts), 1) - 1 if run.state is State.RUNNING else len(run.attempts),
    }
    if run.parent_id is not None:
        entry["parentId"] = run.parent_id
    if run.value is not None:
        entry["value"] = run.value
    if run.iteration is not None:
        entry["iteration"] = run.iteration
    context["taskrun"] = entry
    if _began_with_execution(execution, run):
        context["execution"]["state"] = State.CREATED.value
    if run.place is None and not run.twin and execution.after_seen is not None and version is KestraVersion.V2_0:
        context["execution"]["state"] = execution.after_seen.value
    parent = execution.task_runs.get(run.parent_id) if run.parent_id is not None else None
    if parent is not None and execution.plan.tasks[parent.task_id].task.type == CORE + "flow.WorkingDirectory":
        for child in execution.plan.tasks_of(parent.task_id, "tasks"):
            context["tasks"].pop(child, None)
    elif not run.state.terminated:
        context["tasks"][run.task_id] = {"state": State.CREATED.value}
    parents = list(_parents(execution, run))
    context["parents"] = parents
    if parents:
        context["parent"] = parents[0]
    return context


def _began_with_execution(execution: Execution, run: TaskRun) -> bool:
    """2.0 shows the first task of all the execution as it was created."""
    first = run.number == 1 and run.parent_id is None and len(run.attempts) <= 1
    return first and execution.loop_run is None and execution.flow.version is KestraVersion.V2_0


def _parents(execution: Execution, run: TaskRun) -> Iterator[dict[str, Any]]:
    """2.0 names every task around; 1.3 only those with a value or outputs, and shows these."""
    for outer in execution.ancestors(run):
        if execution.flow.version is KestraVersion.V2_0:
            yield {"task": {"id": outer.task_id}}
            continue
        entry: dict[str, Any] = {}
        if outer.value is not None:
            entry["taskrun"] = {"value": outer.value}
        if outer.outputs:
            entry["outputs"] = dict(outer.outputs)
        if entry:
            yield entry


def nested_labels(labels: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    """Labels as a map, nested along the dots of their keys."""
    result: dict[str, Any] = {}
    for key, value in labels:
        *steps, last = key.split(".")
        place = result
        for step in steps:
            inner = place.get(step)
            if not isinstance(inner, dict):
                inner = place[step] = {}
            place = inner
        place[last] = value
    return _hashed_deeply(result)


def _hashed_deeply(value: dict[str, Any]) -> dict[str, Any]:
    return hashed({key: _hashed_deeply(item) if isinstance(item, dict) else item for key, item in value.items()})


def item_of(loop_run: LoopRun) -> dict[str, Any]:
    """`item` of an iteration, with the items of enclosing loops."""
    item: dict[str, Any] = {"index": loop_run.index}
    if loop_run.parents:
        item["parent"] = dict(loop_run.parents[0])
    item["value"] = loop_run.value
    if loop_run.key is not None:
        item["key"] = loop_run.key
    if loop_run.parents:
        item["parents"] = [dict(parent) for parent in loop_run.parents]
    return item
