"""Where a trigger stands: plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Key = tuple[str, str, str]
"""Namespace, id of the flow, id of the trigger."""


@dataclass(frozen=True, slots=True)
class Backfill:
    """Past dates that are run: from `start` to `end`, both included; `current` is the next of them."""

    start: datetime
    end: datetime
    current: datetime | None = None
    inputs: Mapping[str, Any] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    paused: bool = False


@dataclass(frozen=True, slots=True)
class TriggerState:
    """Where a trigger stands."""

    next: datetime | None = None
    """When it is looked at next."""
    last: datetime | None = None
    """The date that it was last run for."""
    execution_id: str | None = None
    """The execution that it started last; while that lives, it waits, unless it may run beside itself."""
    disabled: bool = False
    """Set by people, and by `stopAfter`; the flow's own `disabled` is not kept here."""
    written: str = ""
    """What `next` follows from, as the flow says it: another text, and it is computed anew."""
    backfill: Backfill | None = None
    seen: Mapping[str, Any] = field(default_factory=dict)
    """What a polling trigger has seen before."""
    met: Mapping[str, Any] = field(default_factory=dict)
    """What a Flow trigger's needs have met, by their key."""
