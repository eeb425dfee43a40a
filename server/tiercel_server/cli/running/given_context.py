"""One task alone, with what it would see told by a file: `--task TASK --context FILE`."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tiercel_engine.core.records import Trigger
from tiercel_engine.core.wishes import Fixture
from tiercel_schemas.model import Flow, FlowError, read_flow
from tiercel_server.cli.running.complaints import Refused

_STAND_IN = "io.kestra.plugin.core.debug.Return"
_NAMES = ("inputs", "outputs", "trigger", "vars")
_KEPT = ("id", "namespace", "revision", "description", "inputs", "labels", "pluginDefaults", "retry", "variables")
"""What of the flow goes with its task."""


@dataclass(frozen=True, slots=True)
class Alone:
    """A flow of one task and stand-ins for those whose outputs are given."""

    flow: Flow
    fixtures: tuple[Fixture, ...]
    inputs: Mapping[str, Any]
    trigger: Trigger | None


def read_given(path: Path) -> Mapping[str, Any]:
    """The variables of a YAML or JSON file; raises `Refused`."""
    from tiercel_engine.expressions.yaml_reading import YamlError
    from tiercel_engine.expressions.yaml_unfolding import read_unfolded

    try:
        value = read_unfolded(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"--context: {path} can't be read: {getattr(error, 'strerror', None) or error}.") from error
    except YamlError as error:
        raise Refused(f"--context: {path} is neither YAML nor JSON:", *str(error).splitlines()) from error
    if not isinstance(value, Mapping) or not all(isinstance(value.get(name) or {}, Mapping) for name in _NAMES):
        raise Refused(
            f"--context: {path} must hold a map of variables.", 'Example: {"outputs": {"fetch": {"code": 200}}}'
        )
    return value


def alone(flow: Flow, task_id: str, given: Mapping[str, Any]) -> Alone:
    """The task with the given `outputs`, `inputs`, `vars` and `trigger`; raises `Refused`."""
    outputs = {name: values for name, values in (given.get("outputs") or {}).items() if name != task_id}
    if wrong := [name for name, values in outputs.items() if not isinstance(values, Mapping)]:
        raise Refused(f"--context: the outputs of '{wrong[0]}' must be a map.")
    source = {name: flow.source[name] for name in _KEPT if name in flow.source}
    source["variables"] = {**flow.variables, **(given.get("vars") or {})}
    stand_ins = [{"id": name, "type": _STAND_IN} for name in outputs]
    source["tasks"] = [*stand_ins, next(_tasks_called(task_id, flow.source))]
    try:
        made = read_flow(source, flow.version)
    except FlowError as error:
        raise Refused(f"Task '{task_id}' can't run alone:", *(f"  {each}" for each in error.problems)) from error
    variables = given.get("trigger") or {}
    trigger = Trigger("context", "io.kestra.plugin.core.trigger.Webhook", variables) if variables else None
    fixtures = tuple(Fixture(name, outputs=_literal(values)) for name, values in outputs.items())
    return Alone(made, fixtures, given.get("inputs") or {}, trigger)


def is_alone(flow: Flow, fixtures: Collection[Fixture]) -> bool:
    """Whether this is such a flow, made for one task and a context."""
    given = {fixture.task_id for fixture in fixtures}
    stand_ins = [task for task in flow.tasks if task.id in given and task.type == _STAND_IN and not task.properties]
    return bool(given) and len(stand_ins) == len(flow.tasks) - 1


def _literal(value: Any) -> Any:
    """Plain data that renders to itself."""
    if isinstance(value, str):
        return f"{{% verbatim %}}{value}{{% endverbatim %}}" if "{{" in value or "{%" in value else value
    if isinstance(value, Mapping):
        return {key: _literal(inner) for key, inner in value.items()}
    return [_literal(inner) for inner in value] if isinstance(value, list | tuple) else value


def _tasks_called(task_id: str, place: Any) -> Iterator[Mapping[str, Any]]:
    """The maps below a place of a flow's source that are this task."""
    if isinstance(place, Mapping):
        if place.get("id") == task_id and isinstance(place.get("type"), str):
            yield place
        for inner in place.values():
            yield from _tasks_called(task_id, inner)
    elif isinstance(place, list | tuple):
        for inner in place:
            yield from _tasks_called(task_id, inner)
