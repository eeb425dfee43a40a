"""What `outputs.ID` of a task and `trigger` of a trigger are like, beyond what the catalog says of their types."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from tiercel_schemas.catalog import Catalog
from tiercel_schemas.source.nodes import MappingNode
from tiercel_schemas.versions import KestraVersion
from tiercel_server.analysis.mappings import effective_pairs, find_items, find_text, find_value
from tiercel_server.analysis.shapes import (
    ANY,
    ANY_MAP,
    INTEGER,
    STRING,
    ListShape,
    MapShape,
    Shape,
    literal_shape,
    outputs_shape,
)
from tiercel_server.analysis.symbols import TaskSymbol, TriggerSymbol

if TYPE_CHECKING:
    from tiercel_server.analysis.flow import FlowAnalysis

_CORE = "io.kestra.plugin.core."
_LOOPS_OF_1 = frozenset(_CORE + "flow." + name for name in ("ForEach", "EachSequential", "EachParallel"))


def task_outputs_shape(task: TaskSymbol, flow: FlowAnalysis, at: TaskSymbol | None) -> Shape:
    """What `outputs.ID` of a task is like, seen from another task (None: from outside of all)."""
    if flow.version == KestraVersion.V1_3 and _is_iterated(task, at):
        # Outputs of a loop's children nest by value; inside the loop both ways are written.
        return ANY
    if any(each.type and flow.catalog.plugin(each.type) is None for each in task.ancestors()):
        # What an unknown flowable makes of its children's outputs can't be told.
        return ANY
    known = _by_type(task)
    if known is not None:
        return known
    return outputs_shape(flow.catalog.plugin(task.type) if task.type else None, flow.catalog)


def trigger_shape(trigger: TriggerSymbol, catalog: Catalog) -> Shape:
    """What `trigger` holds when this trigger started the run."""
    plugin = catalog.plugin(trigger.type) if trigger.type else None
    shape = outputs_shape(plugin, catalog)
    if plugin is None or not isinstance(shape, MapShape) or shape.open:
        return ANY_MAP
    return MapShape(MappingProxyType({**shape.keys, "_context": ANY, **_more_of_trigger(trigger)}))


def _more_of_trigger(trigger: TriggerSymbol) -> dict[str, Shape]:
    if trigger.type == _CORE + "trigger.Flow":
        names = ("executionLabels", "outputs", "startDate", "endDate", "lastTaskId", "firstFailedTaskId")
        return {**dict.fromkeys(names, ANY), "state": STRING}
    if trigger.type == _CORE + "trigger.Schedule":
        return {"date": ANY, "next": ANY, "previous": ANY, "backfill": ANY, "id": STRING}
    if trigger.type == _CORE + "trigger.Webhook":
        return {"body": ANY, "headers": ANY_MAP, "parameters": ANY_MAP}
    return {}


def _is_iterated(task: TaskSymbol, at: TaskSymbol | None) -> bool:
    return any(each.type in _LOOPS_OF_1 for each in task.ancestors()) or at is task


def _by_type(task: TaskSymbol) -> Shape | None:
    name = task.type.removeprefix(_CORE)
    read = _FROM_TEXT.get(name)
    return read(task) if read is not None else _FIXED.get(name)


def _output_values(task: TaskSymbol) -> Shape:
    values = find_value(task.node, "values")
    if not isinstance(values, MappingNode):
        return _map(values=ANY)
    names = [pair.name for pair in effective_pairs(values) if pair.name is not None]
    keys: dict[str, Shape] = dict.fromkeys(names, ANY)
    shape = literal_shape(values)
    if isinstance(shape, MapShape):
        keys = {name: each if isinstance(each, MapShape) else ANY for name, each in shape.keys.items()}
    return _map(values=MapShape(MappingProxyType(keys), open=any("{" in name for name in names)))


def _resume_inputs(task: TaskSymbol) -> Shape:
    items = find_items(task.node, "onResume")
    ids = [find_text(item, "id") or find_text(item, "name") for item in items]
    keys: dict[str, Shape] = {id_.split(".")[0]: ANY for id_ in ids if id_}
    return MapShape(MappingProxyType(keys)) if keys else ANY_MAP


def _pause(task: TaskSymbol) -> Shape:
    return _map(onResume=_resume_inputs(task), resumed=ANY, onPause=ANY)


def _map(**keys: Shape) -> MapShape:
    return MapShape(MappingProxyType(keys))


_FROM_TEXT: Mapping[str, Callable[[TaskSymbol], Shape]] = {"flow.Pause": _pause, "output.OutputValues": _output_values}
_NOTHING = MapShape()
_SUBFLOW = _map(executionId=STRING, state=STRING, outputs=ANY_MAP)
_FIXED: Mapping[str, Shape] = {
    "flow.LoopUntil": _map(iterationCount=INTEGER),
    "flow.WaitFor": _map(iterationCount=INTEGER),
    "flow.If": _map(evaluationResult=ANY),
    "flow.Switch": _map(value=STRING, defaults=ANY),
    "flow.Subflow": _SUBFLOW,
    "flow.Flow": _SUBFLOW,
    "flow.Loop": _map(
        iterationCount=INTEGER,
        runningIterations=INTEGER,
        terminatedIterations=ANY_MAP,
        nextOffset=ANY,
        outputs=ListShape(ANY),
        uri=STRING,
    ),
    "flow.Parallel": _NOTHING,
    "flow.Sequential": _NOTHING,
    "flow.Dag": _NOTHING,
    "flow.AllowFailure": _NOTHING,
    "log.Log": _NOTHING,
    "flow.ForEach": ANY,
    "flow.EachSequential": ANY,
    "flow.EachParallel": ANY,
    "flow.ForEachItem": ANY,
    "flow.Template": ANY,
    "flow.WorkingDirectory": _map(outputFiles=ANY_MAP),
    "debug.Return": _map(value=ANY),
    "kv.Get": _map(value=ANY),
    "state.Get": _map(count=INTEGER, data=ANY, key=STRING),
}
