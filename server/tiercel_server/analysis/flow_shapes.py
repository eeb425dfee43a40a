"""What a flow's own roots are like wherever they are named: inputs, variables, labels and the fixed ones."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

from tiercel_schemas.versions import KestraVersion
from tiercel_server.analysis.mappings import find_text
from tiercel_server.analysis.shapes import (
    ANY,
    ANY_LIST,
    ANY_MAP,
    INTEGER,
    STRING,
    MapShape,
    Shape,
    input_shape,
    literal_shape,
)
from tiercel_server.analysis.symbols import InputSymbol

if TYPE_CHECKING:
    from tiercel_server.analysis.flow import FlowAnalysis

_STRINGS = ("id", "namespace", "tenantId")
_EXECUTION: Mapping[str, Shape] = {
    "id": STRING,
    "startDate": ANY,
    "endDate": ANY,
    "state": ANY,
    "originalId": STRING,
    "outputs": ANY_MAP,
}
_ITEM: Mapping[str, Shape] = {"value": ANY, "index": INTEGER, "key": STRING, "parent": ANY, "parents": ANY_LIST}
_TASKRUN: Mapping[str, Shape] = {
    "id": STRING,
    "startDate": ANY,
    "attemptsCount": INTEGER,
    "parentId": STRING,
    "value": ANY,
    "iteration": INTEGER,
}
_Tree: TypeAlias = "dict[str, _Tree | Shape]"


class FlowShapes:
    """The shapes of one flow's roots; each is made once."""

    def __init__(self, flow: FlowAnalysis) -> None:
        self._flow = flow

    @cached_property
    def inputs(self) -> Shape:
        """The inputs, forms and dotted names nested."""
        return inputs_shape(self._flow.outline.inputs)

    @cached_property
    def variables(self) -> Shape:
        """The variables; more may come from `SetVariables`, whose literal names are known too."""
        node = self._flow.root.get("variables")
        shape = literal_shape(node) if node is not None else MapShape()
        if not isinstance(shape, MapShape):
            return ANY_MAP
        set_names, exact = self._flow.variables_set_by_tasks
        keys = {**dict.fromkeys(set_names, ANY), **shape.keys}
        for name in set_names & shape.keys.keys():
            keys[name] = ANY
        return MapShape(MappingProxyType(keys), open=shape.open or not exact)

    @cached_property
    def fixed(self) -> Mapping[str, Shape]:
        """The roots that hold the same in every flow, or nearly so."""
        states: dict[str, Shape] = {task.id: ANY_MAP for task in self._flow.outline.tasks if task.id}
        labels: dict[str, Shape] = {label.key.split(".")[0]: ANY for label in self._flow.outline.labels}
        taskrun = dict(_TASKRUN)
        if self._flow.version == KestraVersion.V1_3:
            taskrun["items"] = STRING
        return {
            "flow": _map({**dict.fromkeys(_STRINGS, STRING), "revision": INTEGER}),
            "execution": _map(dict(_EXECUTION)),
            "task": _map({"id": STRING, "type": STRING}),
            "taskrun": _map(taskrun),
            "item": _map(dict(_ITEM)),
            "tasks": MapShape(MappingProxyType(states), open=True),
            "labels": MapShape(MappingProxyType({**labels, "system": ANY_MAP}), open=True),
            "parents": ANY_LIST,
        }


def inputs_shape(inputs: tuple[InputSymbol, ...]) -> Shape:
    """What `inputs` is like."""
    tree: _Tree = {}
    is_open = False
    for each in inputs:
        if not each.id or "{{" in each.id:
            continue
        is_open = is_open or each.type == "REUSABLE_INPUTS"
        node = tree
        for step in each.steps[:-1]:
            below = node.setdefault(step, {})
            if not isinstance(below, dict):
                break
            node = below
        else:
            leaf: _Tree | Shape = (
                {} if each.type == "FORM" else input_shape(each.type, find_text(each.node, "itemType"))
            )
            node.setdefault(each.steps[-1], leaf)
    nested = _nested(tree)
    return MapShape(nested.keys, open=True) if is_open else nested


def _nested(tree: _Tree) -> MapShape:
    return _map({name: _nested(below) if isinstance(below, dict) else below for name, below in tree.items()})


def _map(keys: dict[str, Shape]) -> MapShape:
    return MapShape(MappingProxyType(keys))
