"""Values that the last local run of a flow gave, as shapes for completion and as text for hovers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from tiercel_server.analysis import FlowAnalysis
from tiercel_server.analysis.shapes import ANY, BOOLEAN, INTEGER, NULL, NUMBER, STRING, ListShape, MapShape, Shape
from tiercel_server.features.surroundings import SeenRun, Surroundings

_LONGEST = 120
_DEEPEST = 6
_MOST_KEYS = 200
_UNSEEN = object()


def seen_run(flow: FlowAnalysis | None, around: Surroundings) -> SeenRun | None:
    """The last run of a flow, None where it never ran here."""
    if flow is None or flow.outline.id is None or flow.outline.namespace is None:
        return None
    return around.runs.get((flow.outline.namespace.value, flow.outline.id.value))


def seen_value(run: SeenRun, steps: tuple[str, ...]) -> tuple[bool, Any]:
    """Whether a name (`("outputs", "a", "value")`) had a value in a run, and the value."""
    match steps:
        case ("outputs", *rest) if rest:
            value: Any = run.outputs
        case ("inputs", *rest) if rest:
            value = run.inputs
        case _:
            return False, None
    for step in rest:
        value = _step(value, step)
        if value is _UNSEEN:
            return False, None
    return True, value


def _step(value: Any, step: str) -> Any:
    if isinstance(value, Mapping):
        return value.get(step, _UNSEEN)
    if isinstance(value, list) and step.isdigit() and int(step) < len(value):
        return value[int(step)]
    return _UNSEEN


def shape_of_value(value: Any, depth: int = 0) -> Shape:
    """What a value is like, one of JSON."""
    match value:
        case bool():
            return BOOLEAN
        case int():
            return INTEGER
        case float():
            return NUMBER
        case str():
            return STRING
        case None:
            return NULL
    if depth > _DEEPEST:
        return ANY
    if isinstance(value, Mapping):
        keys = {str(key): shape_of_value(each, depth + 1) for key, each in list(value.items())[:_MOST_KEYS]}
        return MapShape(MappingProxyType(keys), open=True)
    if isinstance(value, list):
        return ListShape(shape_of_value(value[0], depth + 1) if value else ANY)
    return ANY


def value_text(value: Any) -> str:
    """A value in short, as JSON."""
    text = " ".join(json.dumps(value, ensure_ascii=False, default=str).split())
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
