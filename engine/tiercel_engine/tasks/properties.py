"""Reading a task's properties: rendered first, then taken as the type that the task wants."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from tiercel_engine.expressions.json_reading import JsonError, read_json
from tiercel_engine.expressions.renderer import is_truthy as truthy_text
from tiercel_engine.inputs.types.texts import as_text
from tiercel_engine.tasks.api import TaskContext, TaskFailure
from tiercel_schemas.model.durations import parse_duration

__all__ = ["as_text", "duration", "flag", "is_truthy", "items", "mapping", "parse_iso_duration"]
__all__ += ["required_text", "text", "whole"]


def is_truthy(value: Any) -> bool:
    """Kestra's reading of a rendered condition: blank, `false`, `0`, `-0` and null are false, all else is true."""
    return value is not None and truthy_text(as_text(value))


def parse_iso_duration(text: str) -> timedelta:
    """An ISO-8601 duration; raises `TaskFailure` with Java's complaint."""
    try:
        return parse_duration(text)
    except ValueError as complaint:
        raise TaskFailure("Text cannot be parsed to a Duration") from complaint


async def text(context: TaskContext, name: str, default: str | None = None) -> str | None:
    """A property as rendered text; `default` where it is missing."""
    value = context.properties.get(name)
    if value is None:
        return default
    return await context.render(value if isinstance(value, str) else as_text(value))


async def required_text(context: TaskContext, name: str) -> str:
    """A property as rendered text; raises `TaskFailure` where it is missing."""
    value = await text(context, name)
    if value is None:
        raise TaskFailure(f"Missing required property '{name}'")
    return value


async def flag(context: TaskContext, name: str, *, default: bool) -> bool:
    """A property as true or false: only the word `true` is true."""
    value = await text(context, name)
    return default if value is None else value.strip().lower() == "true"


async def whole(context: TaskContext, name: str) -> int | None:
    """A property as a whole number; raises `TaskFailure` for other text."""
    value = await text(context, name)
    if value is None:
        return None
    try:
        return int(value)
    except ValueError as error:
        raise TaskFailure(f"Cannot convert value '{value}' to Integer") from error


async def duration(context: TaskContext, name: str) -> timedelta | None:
    """A property as a length of time; raises `TaskFailure` for other text."""
    value = await text(context, name)
    return None if value is None else parse_iso_duration(value)


async def items(context: TaskContext, name: str) -> list[Any] | None:
    """A property as a list: its texts rendered, or the JSON text of a list rendered and read."""
    value = context.properties.get(name)
    if value is None:
        return None
    if isinstance(value, str):
        rendered = await context.render_typed(value)
        if isinstance(rendered, str):
            rendered = _json(rendered, name) if rendered.lstrip().startswith("[") else [rendered]
        return list(rendered) if isinstance(rendered, (list, tuple)) else [rendered]
    return list(await context.render_value(value)) if isinstance(value, (list, tuple)) else [value]


async def mapping(context: TaskContext, name: str) -> dict[str, Any]:
    """A property as a map: keys and texts rendered, or the JSON text of a map; empty where it is missing."""
    value = context.properties.get(name)
    if value is None:
        return {}
    if isinstance(value, str):
        rendered = await context.render_typed(value)
        if isinstance(rendered, str):
            rendered = _json(rendered, name)
        if rendered is None:
            return {}
    else:
        rendered = value
        if isinstance(value, Mapping):
            rendered = {
                await context.render(str(key)): await context.render_value(inner) for key, inner in value.items()
            }
    if not isinstance(rendered, Mapping):
        raise TaskFailure(f"Property '{name}' is no map: {as_text(rendered)}")
    return {str(key): inner for key, inner in rendered.items()}


def _json(value: str, name: str) -> Any:
    try:
        return read_json(value)
    except JsonError as complaint:
        raise TaskFailure(f"Property '{name}': {complaint}") from complaint
