"""A flow made ready for deciding: who stands in which list, disabled tasks left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from tiercel_schemas.model import Flow, Task
from tiercel_schemas.model.flowables import ForEachItem

Lists = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class PlanTask:
    """A task, the flowable that holds it, and its own lists by name, as ids."""

    task: Task
    parent: str | None
    lists: Lists


@dataclass(frozen=True, slots=True)
class Plan:
    """All enabled tasks by id, and the lists of the root: `tasks`, `errors`, `finally`, `afterExecution`."""

    tasks: Mapping[str, PlanTask]
    root: Lists

    def task(self, task_id: str) -> Task:
        """A task by its id."""
        return self.tasks[task_id].task

    def tasks_of(self, task_id: str | None, name: str) -> tuple[str, ...]:
        """A list of a flowable, or of the root for None; empty when there is no such list."""
        lists = self.root if task_id is None else self.tasks[task_id].lists
        return lists.get(name, ())


def make_plan(flow: Flow, loop_task_id: str | None = None) -> Plan:
    """The plan of a flow, or of one iteration of one of its loops, whose lists then are the root's."""
    tasks: dict[str, PlanTask] = {}
    after = (*flow.after_execution, *(task for listener in flow.listeners for task in listener.tasks))
    root = {
        "tasks": _add(tasks, flow.tasks, None),
        "errors": _add(tasks, flow.errors, None),
        "finally": _add(tasks, flow.finally_, None),
        "afterExecution": _add(tasks, after, None),
    }
    if loop_task_id is not None:
        inner = tasks[loop_task_id]
        root = {name: inner.lists.get(name, ()) for name in ("tasks", "errors", "finally")}
    return Plan(tasks, root)


def _add(tasks: dict[str, PlanTask], children: Iterable[Task], parent: str | None) -> tuple[str, ...]:
    enabled: list[str] = []
    for child in children:
        if child.disabled:
            continue
        enabled.append(child.id)
        tasks[child.id] = PlanTask(child, parent, {})
        lists = {name: _add(tasks, inner, child.id) for name, inner in child.child_lists()}
        if isinstance(child, ForEachItem):
            lists["tasks"] = _add(tasks, _steps(child), child.id)
        tasks[child.id] = PlanTask(child, parent, lists)
    return tuple(enabled)


def _steps(task: ForEachItem) -> Iterator[Task]:
    """The three tasks that a ForEachItem is made of; each knows its properties."""
    for name, kind in (("split", "Split"), ("items", "Executable"), ("merge", "MergeOutputs")):
        yield Task.model_validate(
            {**task.properties, "id": f"{task.id}_{name}", "type": f"{task.type}$ForEachItem{kind}"}
        )
