"""Kinds of polling triggers by the names of their types."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Render = Callable[[str, Mapping[str, Any]], str]
"""The text of a template that may name more variables; raises `RenderError`."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look has shown."""

    properties: Mapping[str, Any]
    """Those of the trigger, as written."""
    outputs: Mapping[str, Any]
    """Those of the task that looked."""
    seen: Mapping[str, Any]
    """What was seen before, as the last sighting left it."""
    now: datetime
    render: Render


@dataclass(frozen=True, slots=True)
class Sighting:
    """Whether it is news: `variables` become `trigger` of an execution, None starts nothing."""

    variables: Mapping[str, Any] | None
    seen: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Kind:
    """A task that looks, with which properties, and what to make of its outputs."""

    task: str
    judge: Callable[[Looked], Sighting]
    properties: Callable[[Mapping[str, Any]], dict[str, Any]] = dict


_KINDS: dict[str, Kind] = {}


def register(trigger_type: str, kind: Kind) -> None:
    """Make a kind known under the name of its type."""
    _KINDS[trigger_type] = kind


def find_kind(trigger_type: str) -> Kind | None:
    """The kind of a type that was registered."""
    return _KINDS.get(trigger_type)
