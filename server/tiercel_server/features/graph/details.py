"""What tells most about a task or a trigger in a few words: its condition, its values, when it fires."""

from __future__ import annotations

import re
from typing import Final

from tiercel_schemas.source.nodes import MappingNode, ScalarNode, SequenceNode
from tiercel_schemas.source.values import scalar_text
from tiercel_server.analysis.mappings import find_value
from tiercel_server.analysis.names.calls import FlowId, awaited_flows, is_flow_trigger
from tiercel_server.analysis.symbols import TaskSymbol, TriggerSymbol

_TELLING: Final = {
    "If": ("condition",),
    "Switch": ("value",),
    "ForEach": ("values",),
    "EachSequential": ("value",),
    "EachParallel": ("value",),
    "Loop": ("values", "items"),
    "LoopUntil": ("condition",),
    "WaitFor": ("condition",),
    "Pause": ("pauseDuration", "delay"),
    "Schedule": ("cron",),
    "ScheduleOnDates": ("dates",),
    "Request": ("uri",),
    "Sleep": ("duration",),
}
_LONGEST: Final = 200
_SPACE: Final = re.compile(r"\s+")


def task_detail(task: TaskSymbol, called: FlowId | None, namespace: str) -> str:
    """The detail of a task, "" where nothing tells more than its type; `called` is the flow that it calls."""
    if called is not None:
        return _flow_name(called, namespace)
    return _told(task.type, task.node)


def trigger_detail(trigger: TriggerSymbol, namespace: str) -> str:
    """The detail of a trigger: when it fires, as far as its text says."""
    if is_flow_trigger(trigger.type):
        return ", ".join(_flow_name(each, namespace) for each in awaited_flows(trigger, namespace))
    return _told(trigger.type, trigger.node)


def _flow_name(flow: FlowId, namespace: str) -> str:
    return flow[1] if flow[0] == namespace else ".".join(flow)


def _told(type_name: str, node: MappingNode) -> str:
    for name in _TELLING.get(type_name.rpartition(".")[2], ()):
        value = find_value(node, name)
        if isinstance(value, ScalarNode):
            text = scalar_text(value) or ""
        elif isinstance(value, SequenceNode):
            items = (scalar_text(item) for item in value.items[:20] if isinstance(item, ScalarNode))
            text = ", ".join(item for item in items if item)
        else:
            continue
        text = _SPACE.sub(" ", text[: 4 * _LONGEST]).strip()
        if text:
            return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    return ""
