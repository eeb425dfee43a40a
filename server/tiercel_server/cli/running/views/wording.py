"""How a run is put into words: marks of states, lengths of time, texts made safe for a terminal."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

LEVELS = ("TRACE", "DEBUG", "INFO", "WARN", "ERROR")
STYLES: Mapping[str, str] = {
    "SUCCESS": "green",
    "WARNING": "yellow",
    "FAILED": "red",
    "KILLED": "red",
    "INTERRUPTED": "red",
    "CANCELLED": "magenta",
    "SKIPPED": "dim",
    "RETRIED": "yellow",
    "RETRYING": "yellow",
    "RUNNING": "cyan",
    "PAUSED": "blue",
    "WARN": "yellow",
    "ERROR": "red",
    "DEBUG": "dim",
    "TRACE": "dim",
}
_MARKS: Mapping[str, str] = {
    "SUCCESS": "✓",
    "WARNING": "!",
    "FAILED": "✗",
    "KILLED": "✗",
    "INTERRUPTED": "✗",
    "CANCELLED": "✗",
    "SKIPPED": "-",
    "PAUSED": "‖",
    "RETRYING": "↻",
}
_CONTROL = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|.)|[\x00-\x08\x0b-\x1f\x7f-\x9f]")

_LINK = re.compile(r'\[\[link execution="([^"]*)" flowId="([^"]*)" namespace="([^"]*)"\]\]')
"""How Kestra's own pages are told to link to an execution."""


def mark(state: str) -> str:
    """The sign of a state."""
    return _MARKS.get(state, "·")


def shown(level: str, least: str) -> bool:
    """Whether a log entry of a level is to be shown."""
    return level not in LEVELS or LEVELS.index(level) >= LEVELS.index(least)


def seconds(value: float | None) -> str:
    """A length of time for people."""
    if value is None:
        return ""
    if value < 1:
        return f"{value * 1000:.0f} ms"
    if value < 60:
        return f"{value:.1f} s"
    return f"{int(value // 60)} min {int(value % 60)} s"


def safe(text: str) -> str:
    """A text for people: nothing in it moves a terminal's cursor or changes its colours, and links are put in words."""
    return _LINK.sub(r"execution \1 of \3.\2", _CONTROL.sub("", text.replace("\r\n", "\n")))


def outputs_lines(outputs: Mapping[str, Any]) -> list[str]:
    """The outputs of a flow, a line each."""
    return [f"{name} = {_value(value)}" for name, value in outputs.items()]


def _value(value: Any) -> str:
    return safe(value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
