"""Events as one line of JSON each, and back."""

from __future__ import annotations

import base64
import dataclasses
import json
import math
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from tiercel_engine.core.events import EVENT_TYPES, Event
from tiercel_engine.core.records import Attempt, History, LoopRun, Stage, StateChange, TaskRun, Trigger
from tiercel_engine.core.states import State
from tiercel_engine.core.wishes import WHOLE, Breakpoint, Extent, Fixture
from tiercel_schemas.model import Flow, read_flow
from tiercel_schemas.versions import KestraVersion

_TAG = "$"


def event_to_json(event: Event, mask: Callable[[Any], Any] | None = None, flow_name: str | None = None) -> str:
    """One line; `mask` takes plain data and gives it without secrets, `flow_name` stands for the event's flow."""
    data = _event_data(event, flow_name)
    if mask is not None:
        data = mask(data)
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def event_from_json(line: str, flow_named: Callable[[str], Flow] | None = None) -> Event:
    """The event of a line; raises ValueError when the line holds none, or names a flow that nobody knows."""
    data = json.loads(line)
    name = data.get("flow") if isinstance(data, dict) else None
    if not isinstance(name, str):
        return _event_from(data)
    if flow_named is None:
        raise ValueError(f"the flow {name} is kept elsewhere")
    flow = flow_named(name)
    return _event_from({key: value for key, value in data.items() if key != "flow"}, flow)


def flow_to_json(flow: Flow, mask: Callable[[Any], Any] | None = None) -> str:
    """A flow as one line."""
    data = _encode(flow)
    return json.dumps(mask(data) if mask is not None else data, ensure_ascii=False, separators=(",", ":"))


def flow_from_json(line: str) -> Flow:
    """The flow of a line."""
    return _flow(json.loads(line))


def _event_data(event: Event, flow_name: str | None = None) -> dict[str, Any]:
    data: dict[str, Any] = {"type": type(event).__name__}
    for field in dataclasses.fields(event):
        value = getattr(event, field.name)
        if field.name == "flow" and flow_name is not None:
            data["flow"] = flow_name
        elif field.name == "events":
            data["events"] = [_event_data(part) for part in value]
        elif field.name in _OMITTED and value == _OMITTED[field.name]:
            continue
        elif value is not None or field.default is dataclasses.MISSING:
            data[field.name] = _encode(value)
    return data


def _event_from(data: Any, flow: Flow | None = None) -> Event:
    found = EVENT_TYPES.get(data.get("type", "")) if isinstance(data, dict) else None
    if found is None:
        raise ValueError("no event of an execution")
    values: dict[str, Any] = {"flow": flow} if flow is not None else {}
    for name, raw in data.items():
        if name == "type":
            continue
        decode = _FIELDS.get(name, _decode)
        values[name] = decode(raw)
    return found(**values)


def _encode(value: Any) -> Any:
    if value is None or isinstance(value, str | bool | int):
        return value.value if isinstance(value, State) else value
    if isinstance(value, float):
        return value if math.isfinite(value) else {_TAG: "float", "value": str(value)}
    if isinstance(value, Mapping):
        encoded = {str(key): _encode(item) for key, item in value.items()}
        return {_TAG: "map", "value": encoded} if _TAG in encoded else encoded
    if isinstance(value, list | tuple | set | frozenset):
        return [_encode(item) for item in value]
    if isinstance(value, Flow):
        return {"version": value.version.value, "source": _encode(value.source)}
    if dataclasses.is_dataclass(value):
        return {field.name: _encode(getattr(value, field.name)) for field in dataclasses.fields(value)}
    for kind, name, write in _SCALARS:
        if isinstance(value, kind):
            return {_TAG: name, "value": write(value)}
    return str(value)


_SCALARS: tuple[tuple[type, str, Callable[[Any], Any]], ...] = (
    (datetime, "datetime", lambda value: value.isoformat()),
    (date, "date", lambda value: value.isoformat()),
    (time, "time", lambda value: value.isoformat()),
    (timedelta, "duration", lambda value: value.total_seconds()),
    (Decimal, "decimal", str),
    (bytes, "bytes", lambda value: base64.b64encode(value).decode()),
)
_READERS: dict[str, Callable[[Any], Any]] = {
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "duration": lambda value: timedelta(seconds=value),
    "decimal": Decimal,
    "bytes": base64.b64decode,
    "float": float,
    "map": lambda value: {key: _decode(item) for key, item in value.items()},
}


def _decode(value: Any) -> Any:
    if isinstance(value, list):
        return [_decode(item) for item in value]
    if not isinstance(value, dict):
        return value
    reader = _READERS.get(value[_TAG]) if isinstance(value.get(_TAG), str) else None
    if reader is not None:
        return reader(value["value"])
    return {key: _decode(item) for key, item in value.items()}


def _pairs(value: Any) -> tuple[tuple[str, str], ...]:
    return tuple((str(key), str(text)) for key, text in value)


def _loop_run(value: Any) -> LoopRun:
    return LoopRun(**{**value, "parents": tuple(_decode(value["parents"]))})


def _trigger(value: Any) -> Trigger:
    return Trigger(value["id"], value["type"], _decode(value["variables"]))


def _instant(value: Any) -> datetime:
    found: datetime = _decode(value)
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def _flow(value: Any) -> Flow:
    return read_flow(value["source"], KestraVersion(value["version"]))


def _history(value: Any) -> History:
    return tuple(StateChange(State(change["state"]), _instant(change["date"])) for change in value)


def _task_run(value: Any) -> TaskRun:
    known = {name: value[name] for name in ("id", "task_id", "number", "parent_id", "value", "iteration")}
    return TaskRun(
        **known,
        history=_history(value["history"]),
        place=Stage(value["place"]) if value["place"] is not None else None,
        attempts=tuple(Attempt(_history(attempt["history"])) for attempt in value["attempts"]),
        outputs=_decode(value["outputs"]),
    )


def _fixture(value: Any) -> Fixture:
    return Fixture(
        value["task_id"], value["value"], State(value["state"]), _decode(value["outputs"]), value.get("every", False)
    )


def _breakpoints(value: Any) -> tuple[Breakpoint, ...]:
    return tuple(Breakpoint(**each) for each in value)


_OMITTED: Mapping[str, Any] = {"fixtures": (), "breakpoints": (), "extent": WHOLE, "taken": (), "past": ()}
"""Fields that most events leave as they are, and that lines are shorter without."""

_FIELDS: dict[str, Callable[[Any], Any]] = {
    "time": _instant,
    "created_date": _instant,
    "schedule_date": _instant,
    "fixtures": lambda value: tuple(_fixture(each) for each in value),
    "breakpoints": _breakpoints,
    "extent": lambda value: Extent(**value),
    "taken": lambda value: tuple(_task_run(each) for each in value),
    "past": _history,
    "state": State,
    "to": State,
    "labels": _pairs,
    "warnings": tuple,
    "places": tuple,
    "events": lambda value: tuple(_event_from(part) for part in value),
    "trigger": _trigger,
    "loop_run": _loop_run,
    "flow": _flow,
}
