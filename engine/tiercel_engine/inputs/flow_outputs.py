"""The declared outputs of a flow, or of a Loop's iteration: rendered at the end and typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tiercel_engine.inputs.registry import Conversion, RefusedValue, kind_of, parser_complaint
from tiercel_engine.inputs.resolve import Rendering
from tiercel_schemas.model.inputs import InputType
from tiercel_schemas.model.outputs import Output
from tiercel_schemas.versions import KestraVersion

_NULL = 'Cannot invoke "Object.toString()" because "current" is null'


class OutputError(Exception):
    """A required output can't be rendered or converted; its text is Kestra's log entry."""


@dataclass(frozen=True, slots=True)
class RenderedOutputs:
    """The outputs that have a value, and what to log at WARN about optional ones that have none."""

    values: dict[str, Any]
    warnings: tuple[str, ...] = ()


def render_outputs(
    declared: Sequence[Output], *, version: KestraVersion, rendering: Rendering, context: Mapping[str, Any]
) -> RenderedOutputs:
    """Render and type each output; raises `OutputError` at the first required one that fails."""
    values: dict[str, Any] = {}
    warnings: list[str] = []
    for output in declared:
        try:
            value = _typed(output, _rendered(output.value, rendering, context), version)
        except Exception as error:
            cause = _cause(output, error)
            if output.required is not False:
                raise OutputError(f"Failed to render output values: {cause}") from error
            warnings.append(f"Failed to render optional flow output '{output.id}'. Output is ignored.")
            continue
        if value is not None:
            _place(values, output.id, value)
    return RenderedOutputs(values, tuple(warnings))


def _rendered(value: Any, rendering: Rendering, context: Mapping[str, Any]) -> Any:
    if isinstance(value, str):
        return rendering.render_typed(value, context)
    return _rendered_inside(value, rendering, context)


def _rendered_inside(value: Any, rendering: Rendering, context: Mapping[str, Any]) -> Any:
    if isinstance(value, str):
        return rendering.render(value, context)
    if isinstance(value, Mapping):
        return {key: _rendered_inside(inner, rendering, context) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_rendered_inside(inner, rendering, context) for inner in value]
    return value


def _typed(output: Output, value: Any, version: KestraVersion) -> Any:
    if value is None:
        if output.required is False:
            return None
        raise parser_complaint(_NULL)
    converted = kind_of(output.type).convert(value, Conversion(version, output.id))
    if output.type is InputType.DATETIME and version is KestraVersion.V1_3:
        from tiercel_engine.inputs.java_time import parse_instant

        return str(parse_instant(converted))
    return converted


def _cause(output: Output, error: Exception) -> str:
    if isinstance(error, RefusedValue):
        return error.cause if error.bare else f"Invalid value for output `{output.id}`. Cause: {error.cause}"
    return str(error)


def _place(values: dict[str, Any], name: str, value: Any) -> None:
    *path, last = name.split(".")
    for step in path:
        inner = values.get(step)
        if not isinstance(inner, dict):
            inner = values[step] = {}
        values = inner
    values[last] = value
