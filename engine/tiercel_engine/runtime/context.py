"""What expressions see: the context of a task run, and of an execution as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tiercel_engine.core.flowables.base import CORE
from tiercel_engine.core.records import Execution, LoopRun, TaskRun
from tiercel_engine.core.states import State
from tiercel_engine.runtime.request import Surroundings
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
        _place(self.outputs, [run.task_id, *path], run.outputs)

    def forget(self, task_id: str) -> None:
        """A task run is no longer part of the execution."""
        self.outputs.pop(task_id, None)
        self.states.pop(task_id, None)


def _shown_in_1_3(execution: Execution, run: TaskRun) -> bool:
    """1.3 shows what has ended, loops at work with what they have, and nothing of what was skipped or is silent."""
    if execution.plan.tasks[run.task_id].task.type in _SILENT or run.state is State.SKIPPED:
        return False
    return run.state.terminated or bool(run.outputs)


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
    """The context outside of any task run; `inherited` are the `inputs` and `trigger` that an iteration sees."""
    flow = execution.flow
    context: dict[str, Any] = {
        "flow": {
            "id": flow.id,
            "namespace": flow.namespace,
            "revision": flow.revision or 1,
            "tenantId": "main",
        },
        "execution": _execution_entry(execution),
        "outputs": dict(views.outputs),
        "tasks": dict(views.states),
        "labels": nested_labels(execution.labels),
        "globals": dict(surroundings.globals),
        "envs": dict(surroundings.envs),
        "kestra": {"url": surroundings.kestra_url},
        "addSecretConsumer": "",
    }
    inputs = execution.inputs or inherited.get("inputs")
    if inputs:
        context["inputs"] = dict(inputs)
    if execution.variables:
        context["vars"] = dict(execution.variables)
    if execution.trigger is not None:
        context["trigger"] = dict(execution.trigger.variables)
    elif "trigger" in inherited:
        context["trigger"] = inherited["trigger"]
    if execution.loop_run is not None:
        context["item"] = item_of(execution.loop_run)
    return context


def _execution_entry(execution: Execution) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "id": execution.id,
        "startDate": execution.start_date,
        "state": execution.state.value,
        "originalId": execution.original_id or execution.id,
    }
    if execution.concluded and execution.state.terminated:
        entry["endDate"] = execution.history[-1].date
        if execution.outputs and execution.flow.version is KestraVersion.V2_0:
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
    if not run.state.terminated:
        context["tasks"][run.task_id] = {"state": State.CREATED.value}
    parents = list(_parents(execution, run))
    context["parents"] = parents
    if parents:
        context["parent"] = parents[0]
    return context


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
    return result


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
