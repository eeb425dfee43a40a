"""What an expression may name at its place: the roots there, and what is known of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from tiercel_schemas.source.nodes import Path
from tiercel_server.analysis.order import Order, order_of
from tiercel_server.analysis.shapes import (
    ANY,
    ANY_MAP,
    STRING,
    MapShape,
    Shape,
    merged,
)
from tiercel_server.analysis.symbols import InputSymbol, OutputSymbol, TaskSymbol, TriggerSymbol, VariableSymbol
from tiercel_server.analysis.task_outputs import task_outputs_shape, trigger_shape

if TYPE_CHECKING:
    from tiercel_server.analysis.flow import FlowAnalysis

PlaceKind = Literal["task", "trigger", "input", "output", "check", "sla", "variables", "other"]

_CORE = "io.kestra.plugin.core."
_LOOPS_OF_1 = frozenset(_CORE + "flow." + name for name in ("ForEach", "EachSequential", "EachParallel"))
_ALWAYS = frozenset({"flow", "vars", "labels", "envs", "globals", "kestra", "namespace", "files", "inputs"})
_RUN = frozenset({"execution", "outputs", "tasks", "trigger", "trace"})
_TASK_RUN = frozenset({"task", "taskrun", "parent", "parents", "item", "workerTaskrun", "error"})
_SCRIPT = frozenset({"workingDir", "outputDir", "outputFiles"})
KNOWN_ROOTS = _ALWAYS | _RUN | _TASK_RUN | _SCRIPT | {"response", "schedule", "addLabels", "secrets"}
"""Every root that some place has in some version."""

_OF_A_RUN = frozenset({"outputs", "tasks", "taskrun"})
_BEFORE_RUNS = frozenset(_CORE + "trigger." + name for name in ("Schedule", "Webhook"))
"""Triggers that are evaluated before anything has run."""

_ROOTS_BY_PLACE: Mapping[PlaceKind, frozenset[str]] = {
    "task": _ALWAYS | _RUN | _TASK_RUN | _SCRIPT,
    "trigger": _ALWAYS | _RUN | _SCRIPT | {"response", "schedule", "taskrun"},
    "input": _ALWAYS | {"trigger", "execution"},
    "output": _ALWAYS | _RUN,
    "check": _ALWAYS,
    "sla": _ALWAYS | _RUN,
    "variables": KNOWN_ROOTS,
    "other": KNOWN_ROOTS,
}


@dataclass(frozen=True, slots=True)
class AvailableTask:
    """A task whose outputs may be named, and where it stands for the expression."""

    task: TaskSymbol
    order: Order
    shape: Shape


class Scope:
    """What may be named at one place. `kind` tells the place, `task` the task it is in."""

    def __init__(self, flow: FlowAnalysis, path: Path) -> None:
        self.flow = flow
        self.path = path
        self.task = flow.outline.task_at(path)
        self.kind: PlaceKind = "task" if self.task is not None else _kind(path)

    @cached_property
    def root_names(self) -> frozenset[str]:
        """The names of the roots that are there (some only in some runs)."""
        names = _ROOTS_BY_PLACE[self.kind]
        owner = next((each for each in self.flow.outline.triggers if self.path[:2] == each.path), None)
        return names - _OF_A_RUN if owner is not None and owner.type in _BEFORE_RUNS else names

    @cached_property
    def roots(self) -> Mapping[str, Shape]:
        """The roots that are there, with what is known of each; for completion and for look-ups."""
        return MappingProxyType({name: self.root(name) or ANY for name in sorted(self.root_names)})

    def root(self, name: str) -> Shape | None:
        """What a root is like here; None where there is no such root."""
        if name not in self.root_names:
            return None
        if name == "inputs":
            return ANY_MAP if self._sees_another_flow else self.flow_inputs
        if name == "vars":
            return ANY_MAP if self._sees_another_flow else self.variables
        if name == "outputs":
            return self.outputs
        if name == "trigger":
            return self.trigger
        return self.flow.shapes.fixed.get(name, ANY)

    @property
    def _sees_another_flow(self) -> bool:
        """Whether the place is evaluated for an execution of another flow: in triggers that wait for one."""
        owner = next((each for each in self.flow.outline.triggers if self.path[:2] == each.path), None)
        return self.kind == "trigger" and (owner is None or not owner.type or owner.type.endswith(".Flow"))

    @property
    def flow_inputs(self) -> Shape:
        """The inputs of the flow, forms and dotted names nested."""
        return self.flow.shapes.inputs

    @property
    def variables(self) -> Shape:
        """The variables of the flow, those that tasks set included."""
        return self.flow.shapes.variables

    @cached_property
    def tasks(self) -> tuple[AvailableTask, ...]:
        """Every task of the flow as seen from here; those with order `before` or `around` may be named."""
        return tuple(self._available(task) for task in self.flow.outline.tasks if task.id)

    def order(self, task: TaskSymbol) -> Order:
        """Where a task stands for an expression here."""
        if self.task is None:
            loops = any(each.type == _CORE + "flow.Loop" for each in task.ancestors())
            return "in-loop" if loops and self.kind in {"output", "sla"} else "before"
        return order_of(task, self.task)

    @cached_property
    def outputs(self) -> Shape:
        """The outputs that may be there by now, by task."""
        if self.kind == "trigger":
            return ANY_MAP
        available = (each for each in self.tasks if each.order in {"before", "around"})
        return MapShape(MappingProxyType({each.task.id: each.shape for each in available}))

    def output(self, task_id: str) -> Shape | None:
        """The outputs of one task, if they may be there by now; None where there is no such task."""
        if self.kind == "trigger":
            return ANY_MAP
        task = self.flow.outline.task(task_id)
        if task is None or self.order(task) not in {"before", "around"}:
            return None
        return task_outputs_shape(task, self.flow, self.task)

    @cached_property
    def trigger(self) -> Shape:
        """What `trigger` may hold: of any trigger of the flow, or of a parent flow that calls this one."""
        owner = next((each for each in self.flow.outline.triggers if self.path[:2] == each.path), None)
        triggers = (owner,) if owner is not None else self.flow.outline.triggers
        shape: Shape = MapShape(
            MappingProxyType(
                dict.fromkeys(("executionId", "namespace", "flowId", "flowRevision", "taskId", "taskRunId"), STRING)
                | {"_context": ANY}
            ),
            open=not triggers,
        )
        for each in triggers:
            shape = merged(shape, trigger_shape(each, self.flow.catalog))
        return shape

    @cached_property
    def loops(self) -> tuple[TaskSymbol, ...]:
        """The loops around the place, nearest first."""
        if self.task is None:
            return ()
        names = _LOOPS_OF_1 | {_CORE + "flow.Loop", _CORE + "flow.ForEachItem", _CORE + "flow.LoopUntil"}
        around = (self.task, *self.task.ancestors()) if self._in_loop_property else self.task.ancestors()
        return tuple(each for each in around if each.type in names)

    @property
    def _in_loop_property(self) -> bool:
        """Whether the place is a property of a loop that is evaluated inside each of its rounds."""
        if self.task is None or len(self.path) <= len(self.task.path):
            return False
        return self.path[len(self.task.path)] in {"outputs", "inputs", "condition", "labels"}

    def _available(self, task: TaskSymbol) -> AvailableTask:
        return AvailableTask(task, self.order(task), task_outputs_shape(task, self.flow, self.task))


def _kind(path: Path) -> PlaceKind:
    kinds: Mapping[object, PlaceKind] = {
        "triggers": "trigger",
        "inputs": "input",
        "outputs": "output",
        "checks": "check",
        "sla": "sla",
        "variables": "variables",
    }
    return kinds.get(path[0], "other") if path else "other"


def names_in_reach(scope: Scope) -> Iterator[TaskSymbol | InputSymbol | VariableSymbol | TriggerSymbol | OutputSymbol]:
    """The symbols that may be named at a place, for completion."""
    yield from scope.flow.outline.inputs
    yield from scope.flow.outline.variables
    yield from (each.task for each in scope.tasks if each.order in {"before", "around"})
