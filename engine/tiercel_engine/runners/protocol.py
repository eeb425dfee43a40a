"""The lines by which scripts hand over outputs, metrics and logs: `::{"outputs": {…}}::`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tiercel_engine.expressions.json_reading import JsonError, read_json
from tiercel_engine.tasks.api import LogLevel, MetricKind
from tiercel_schemas.model.durations import parse_duration

_LINE = re.compile(r"::(\{.*\})::")
_LEVELS: dict[str, LogLevel] = {
    "TRACE": "TRACE",
    "DEBUG": "DEBUG",
    "INFO": "INFO",
    "WARN": "WARN",
    "WARNING": "WARN",
    "ERROR": "ERROR",
}
_KINDS: dict[str, MetricKind] = {"counter": "counter", "timer": "timer", "gauge": "gauge"}


@dataclass(frozen=True, slots=True)
class ScriptMetric:
    """A measure; a timer's value is in seconds."""

    kind: MetricKind
    name: str
    value: float
    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ScriptMessage:
    """What one line hands over."""

    outputs: Mapping[str, Any] = field(default_factory=dict)
    metrics: tuple[ScriptMetric, ...] = ()
    logs: tuple[tuple[LogLevel, str], ...] = ()


class BadMessage(ValueError):  # noqa: N818
    """A line in the form of a message that says nothing readable; its text is the warning to log."""


def read_message(line: str) -> ScriptMessage | None:
    """The message of a line, None for any other line; raises `BadMessage`."""
    match = _LINE.fullmatch(line.strip())
    if match is None:
        return None
    try:
        content = read_json(match[1])
        return ScriptMessage(
            outputs={key: value for key, value in _map(content.get("outputs")).items() if value is not None},
            metrics=tuple(_metric(entry) for entry in content.get("metrics") or ()),
            logs=tuple(_log(entry) for entry in content.get("logs") or ()),
        )
    except (JsonError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadMessage(f"Invalid outputs '{line}'") from error


def _map(value: Any) -> Mapping[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise TypeError("no map")
    return value


def _metric(entry: Any) -> ScriptMetric:
    kind = _KINDS[str(entry["type"]).lower()]
    value = entry["value"]
    if kind == "timer" and isinstance(value, str):
        value = parse_duration(value).total_seconds()
    tags = {str(key): str(tag) for key, tag in _map(entry.get("tags")).items()}
    return ScriptMetric(kind, str(entry["name"]), float(value), tags)


def _log(entry: Any) -> tuple[LogLevel, str]:
    return _LEVELS[str(entry.get("level") or "INFO").upper()], str(entry["message"])
