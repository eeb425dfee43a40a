"""A flow made ready for deciding: who stands in which list, disabled tasks left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from tiercel_engine.core.wishes import WHOLE, Extent
from tiercel_schemas.model import Flow, Task
from tiercel_schemas.model.flowables import Dag, ForEachItem, Parallel

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

    def way_to(self, task_id: str) -> tuple[str, ...]:
        """The tasks around a task, the outermost first, and the task."""
        way = [task_id]
        while (parent := self.tasks[way[0]].parent) is not None:
            way.insert(0, parent)
        return tuple(way)

    def list_of(self, task_id: str) -> tuple[str, tuple[str, ...]]:
        """The name and the ids of the list that a task stands in."""
        parent = self.tasks[task_id].parent
        lists = self.root if parent is None else self.tasks[parent].lists
        return next((name, ids) for name, ids in lists.items() if task_id in ids)


def make_plan(flow: Flow, loop_task_id: str | None = None, extent: Extent = WHOLE) -> Plan:
    """The plan of a part of a flow, or of one iteration of one of its loops, whose lists then are the root's.

    Tasks that the extent leaves out stay known, but stand in no list.
    """
    tasks: dict[str, PlanTask] = {}
    after = (*flow.after_execution, *(task for listener in flow.listeners for task in listener.tasks))
    root = {
        "tasks": _add(tasks, flow.tasks, None),
        "errors": _add(tasks, flow.errors, None),
        "finally": _add(tasks, flow.finally_, None),
        "afterExecution": _add(tasks, after, None),
    }
    plan = Plan(tasks, root)
    if extent.last in tasks:
        plan = _cut(plan, extent.last, _up_to)
    if extent.first in tasks:
        plan = _cut(plan, extent.first, _from)
    if extent.only in tasks and loop_task_id is None:
        plan = Plan(plan.tasks, {"tasks": (extent.only,)})
    if loop_task_id is not None:
        inner = plan.tasks[loop_task_id]
        plan = Plan(plan.tasks, {name: inner.lists.get(name, ()) for name in ("tasks", "errors", "finally")})
    return plan


def _cut(plan: Plan, task_id: str, keep: Callable[[tuple[str, ...], str, Task | None], tuple[str, ...]]) -> Plan:
    """A plan whose lists on the way to a task keep only a part."""
    tasks, root = dict(plan.tasks), dict(plan.root)
    for step in plan.way_to(task_id):
        name, ids = plan.list_of(step)
        parent = plan.tasks[step].parent
        kept = keep(ids, step, plan.tasks[parent].task if parent is not None else None)
        if parent is None:
            root[name] = kept
        else:
            tasks[parent] = replace(tasks[parent], lists={**tasks[parent].lists, name: kept})
    return Plan(tasks, root)


def _up_to(ids: tuple[str, ...], task_id: str, parent: Task | None) -> tuple[str, ...]:
    """What has to run for a task, and the task."""
    if isinstance(parent, Dag):
        needed = needs_of(parent, task_id)
        return tuple(name for name in ids if name in needed or name == task_id)
    if isinstance(parent, Parallel):
        return (task_id,)
    return ids[: ids.index(task_id) + 1]


def _from(ids: tuple[str, ...], task_id: str, parent: Task | None) -> tuple[str, ...]:
    """A task, and what runs after it."""
    if isinstance(parent, Dag):
        return tuple(name for name in ids if name == task_id or task_id in needs_of(parent, name))
    if isinstance(parent, Parallel):
        return (task_id,)
    return ids[ids.index(task_id) :]


def needs_of(dag: Dag, task_id: str) -> frozenset[str]:
    """What a task of a Dag depends on, directly or through others."""
    waits = {node.task.id: node.depends_on for node in dag.tasks}
    found: set[str] = set()
    queue = list(waits.get(task_id, ()))
    while queue:
        name = queue.pop()
        if name not in found:
            found.add(name)
            queue += waits.get(name, ())
    return frozenset(found)


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
