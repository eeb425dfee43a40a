"""What a change of a flow calls for: which tasks run again, and what stands in for the rest. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from tiercel_engine.core.records import Execution, Stage, TaskRun
from tiercel_engine.core.states import State
from tiercel_engine.core.wishes import Fixture
from tiercel_schemas.model import Flow, Task
from tiercel_schemas.model.task import CORE

_AS_ONE = frozenset(CORE + "flow." + name for name in ("Loop", "LoopUntil", "ForEachItem", "WorkingDirectory", "Pause"))
"""Flowables that run again as a whole: their tasks run in executions of their own, share files, or wait."""
_SHORT_CIRCUITED = frozenset(CORE + "flow." + name for name in ("Loop", "ForEachItem", "Subflow"))
"""Of these, those whose own outputs are all that the rest of the flow sees."""
_KEPT_ENDS = frozenset({State.SUCCESS, State.WARNING})
_OUTPUTS = re.compile(r"\boutputs\b(?:\.(\w+)|\[\s*(?:'([^']*)'|\"([^\"]*)\")\s*\])?")
_TASKS = re.compile(r"\btasks\b(?:\.(\w+)|\[\s*(?:'([^']*)'|\"([^\"]*)\")\s*\])")
_VARS = re.compile(r"\bvars\b(?:\.(\w+))?")
_TREE_KEYS = frozenset({"tasks", "errors", "finally", "afterExecution", "description", "triggers", "outputs", "sla"})
"""Parts of a flow whose change is no reason by itself to run its tasks again."""
_SINGLY_FOLLOWED = {"variables": "vars", "labels": "labels"}
_FILE_WORDS = re.compile(r"\b(read|fileURI|fileSize|fileExists|isFileEmpty|namespaceFiles)\b|nsfile://")
_END = "endverbatim"


@dataclass(frozen=True, slots=True)
class Outside:
    """What changed besides the flow's own text: inputs by name, called flows by namespace and id, namespace files."""

    inputs: frozenset[str] = frozenset()
    flows: frozenset[tuple[str, str]] = frozenset()
    files: bool = False


@dataclass(frozen=True, slots=True)
class Again:
    """Which tasks run again, in the order written, and the stand-ins for those that don't."""

    tasks: tuple[str, ...]
    fixtures: tuple[Fixture, ...]

    @property
    def reused(self) -> tuple[str, ...]:
        """The tasks that don't run."""
        return tuple(dict.fromkeys(fixture.task_id for fixture in self.fixtures))


def what_runs_again(old: Execution, new: Flow, outside: Outside) -> Again:
    """What has to run after a change, given how the flow ran before."""
    tasks = [task for top in new.tasks for task in _with_descendants(top)]
    order = [task.id for task in tasks]
    affected = _affected(old, new, tasks, outside)
    fixtures: list[Fixture] = []
    for top in new.tasks:
        fixtures += _stand_ins(top, old, affected)
    reused = {fixture.task_id for fixture in fixtures}
    inside = {each.id for task in tasks if task.id in reused for each in _with_descendants(task)}
    # A branch that was not taken will not be taken again, unless what decides about it changed.
    left = set(order) if old.state in _KEPT_ENDS else set()
    idle = left - affected - {run.task_id for run in old.task_runs.values()}
    again = (name for name in order if name not in inside and name not in idle and _is_work(name, tasks))
    return Again(tuple(again), tuple(fixtures))


def _is_work(name: str, tasks: Iterable[Task]) -> bool:
    return not any(task.id == name and task.is_flowable and task.type not in _AS_ONE for task in tasks)


def _affected(old: Execution, new: Flow, tasks: list[Task], outside: Outside) -> set[str]:
    """Tasks that changed, that did not end well, or that see something that changed; and all that sees those."""
    before = {task.id: task for task in old.flow.all_tasks()}
    if _all_changed(old.flow, new):
        return {task.id for task in tasks}
    roots = [root for key, root in _SINGLY_FOLLOWED.items() if old.flow.source.get(key) != new.source.get(key)]
    affected: set[str] = set()
    ended_badly = _ended_badly(old)
    for task in tasks:
        text = "\n".join(_strings(_own(task)))
        target = (str(task.properties.get("namespace")), str(task.properties.get("flowId")))
        if (
            task.id not in before
            or _own(before[task.id]) != _own(task)
            or (not task.is_flowable and task.id in ended_badly)
            or any(re.search(rf"\b{root}\b", text) for root in roots)
            or any(re.search(rf"\b{re.escape(name)}\b", text) for name in outside.inputs if "inputs" in text)
            or target in outside.flows
            or (outside.files and _FILE_WORDS.search(text))
        ):
            affected.add(task.id)
    return _spread(affected, tasks, new.variables)


def _all_changed(old: Flow, new: Flow) -> bool:
    if old.version is not new.version:
        return True
    keys = {*old.source, *new.source} - _TREE_KEYS - _SINGLY_FOLLOWED.keys() - {"inputs"}
    return any(old.source.get(key) != new.source.get(key) for key in keys)


def _ended_badly(old: Execution) -> set[str]:
    """Tasks with a run that did not succeed, or was none of the main work."""
    return {
        run.task_id
        for run in old.task_runs.values()
        # What stood alone from the beginning is as good as what ran.
        if run.state not in _KEPT_ENDS | {State.SKIPPED} or run.place not in {Stage.MAIN, None}
    }


def _spread(affected: set[str], tasks: list[Task], variables: Mapping[str, Any]) -> set[str]:
    """Add what depends on them, until nothing new is found."""
    sees = {task.id: _seen_by(task, tasks, variables) for task in tasks}
    around = {child.id: task for task in tasks for child in _with_descendants(task) if child is not task}
    while True:
        found = {name for name, seen in sees.items() if seen & affected}
        for task in tasks:
            below = {each.id for each in _with_descendants(task)}
            if task.type in _AS_ONE and below & affected:
                found |= below
        # A condition that changed, or sees what changed, decides anew about all that it holds.
        found |= {name for name, task in around.items() if task.id in affected and task.type not in _AS_ONE}
        if found <= affected:
            return affected
        affected |= found


def _seen_by(task: Task, tasks: list[Task], variables: Mapping[str, Any]) -> set[str]:
    """The tasks whose outputs or states a task's own properties name; all of them when that can't be told."""
    texts = [text for text in _strings(_own(task)) if _holds_template(text)]
    # What a variable holds may be rendered where it is named.
    named = {match[1] for text in texts for match in _VARS.finditer(text)}
    read = variables if None in named else {name: variables[name] for name in named if name in variables}
    texts += [text for text in _strings(dict(read)) if _holds_template(text)]
    found: set[str] = set()
    for text in texts:
        for match in (*_OUTPUTS.finditer(text), *_TASKS.finditer(text)):
            name = next((group for group in match.groups() if group is not None), None)
            if name is None:
                return {each.id for each in tasks if each.id != task.id}
            found.add(name)
    return found


def _holds_template(text: str) -> bool:
    return "{{" in text or "{%" in text


def _strings(value: Any) -> Iterator[str]:
    """Every text in plain data and models, names of fields left out."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, BaseModel):
        yield from _strings(list(value.model_dump().values()))
    elif isinstance(value, Mapping):
        yield from (key for key in value if isinstance(key, str) and _holds_template(key))
        for inner in value.values():
            yield from _strings(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _strings(inner)


def _own(task: Task) -> dict[str, Any]:
    """What a task says, without the tasks that it holds."""
    held = {id(child) for _, children in task.child_lists() for child in children}
    values = {}
    for name in type(task).model_fields:
        value = getattr(task, name)
        if name == "description" or _holds(value, held):
            continue
        values[name] = value
    return values


def _holds(value: Any, tasks: set[int]) -> bool:
    if id(value) in tasks:
        return True
    if isinstance(value, Mapping):
        return any(_holds(inner, tasks) for inner in value.values())
    if isinstance(value, list | tuple):
        return any(_holds(inner, tasks) for inner in value)
    return hasattr(value, "task") and id(value.task) in tasks


def _stand_ins(task: Task, old: Execution, affected: set[str]) -> Iterator[Fixture]:
    runs = [run for run in old.ordered_task_runs() if run.task_id == task.id]
    if task.id in affected or task.disabled or task.type.startswith(CORE + "execution."):
        return
    if task.is_flowable and not _stands_for_all(task):
        if task.properties.get("outputFiles"):
            return
        for name, children in task.child_lists():
            if name not in {"errors", "finally"}:
                for child in children:
                    yield from _stand_ins(child, old, affected)
        return
    for run in runs:
        fixture = _stand_in(run)
        if fixture is not None:
            yield fixture


def _stands_for_all(task: Task) -> bool:
    """Whether a task's own outputs are all that the rest of the flow sees of it."""
    if task.type == CORE + "flow.Pause":
        return not any(children for name, children in task.child_lists() if name == "tasks")
    return task.type in _SHORT_CIRCUITED


def _stand_in(run: TaskRun) -> Fixture | None:
    if run.state not in _KEPT_ENDS:
        return None
    outputs = literal(run.outputs)
    return Fixture(run.task_id, run.value, run.state, outputs) if outputs is not None else None


def literal(value: Any) -> Any:
    """Plain data as templates that render to it; None for what no template can say."""
    if isinstance(value, str):
        if "{{" not in value and "{%" not in value and "{#" not in value:
            return value
        return None if _END in value else f"{{% verbatim %}}{value}{{% endverbatim %}}"
    if isinstance(value, Mapping):
        made = {key: literal(inner) for key, inner in value.items()}
        return None if any(made[key] is None and inner is not None for key, inner in value.items()) else made
    if isinstance(value, list | tuple):
        items = [literal(inner) for inner in value]
        return (
            None if any(each is None and inner is not None for each, inner in zip(items, value, strict=True)) else items
        )
    return value


def _with_descendants(task: Task) -> Iterator[Task]:
    yield task
    for _, children in task.child_lists():
        for child in children:
            yield from _with_descendants(child)
