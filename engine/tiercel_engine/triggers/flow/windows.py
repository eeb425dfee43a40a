"""The times within which several dependencies must be met."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tiercel_schemas.model.durations import parse_duration

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Window:
    """From when to when, `end` not included; `sliding` ones move along with the time."""

    start: datetime
    end: datetime
    sliding: bool = False

    def holds(self, moment: datetime) -> bool:
        """Whether a moment lies in it."""
        return self.start <= moment < self.end


@dataclass(frozen=True, slots=True)
class WindowRule:
    """How windows follow one another: by `every` from midnight on, within hours of a day, or the last while."""

    every: timedelta = DAY
    offset: timedelta = timedelta(0)
    since: time | None = None
    until: time | None = None
    lookback: timedelta | None = None
    zone: str = "UTC"

    def at(self, moment: datetime) -> Window:
        """The window for a moment, which may lie outside of it where hours of the day are named."""
        local = moment.astimezone(ZoneInfo(self.zone))
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
        if self.lookback is not None:
            return Window(moment - self.lookback, moment + timedelta(microseconds=1), sliding=True)
        if self.since is not None or self.until is not None:
            start = _on(midnight, self.since) if self.since is not None else midnight
            end = _on(midnight, self.until) if self.until is not None else midnight + DAY
            return Window(start.astimezone(UTC), end.astimezone(UTC))
        first = midnight.astimezone(UTC) + self.offset
        turns = (moment - first) // self.every
        start = first + turns * self.every
        return Window(start, start + self.every)


def _on(midnight: datetime, hour: time) -> datetime:
    return midnight.replace(hour=hour.hour, minute=hour.minute, second=hour.second, microsecond=hour.microsecond)


def window_rule(written: Any) -> WindowRule:
    """2.0's `window`; raises ValueError for what can't be read."""
    if not isinstance(written, Mapping):
        return WindowRule()
    zone = str(written.get("timezone") or "UTC")
    if (deadline := written.get("deadline")) is not None:
        return WindowRule(until=_time(deadline), zone=zone)
    if written.get("from") is not None or written.get("to") is not None:
        return WindowRule(since=_time(written.get("from")), until=_time(written.get("to")), zone=zone)
    if (lookback := written.get("lookback")) is not None:
        return WindowRule(lookback=_duration(lookback), zone=zone)
    offset = written.get("offset")
    return WindowRule(_duration(written.get("every")), _duration(offset) if offset else timedelta(0), zone=zone)


def time_window_rule(written: Any) -> WindowRule:
    """1.3's `timeWindow`, or the `window` and `windowAdvance` of old; raises ValueError for what can't be read."""
    if not isinstance(written, Mapping):
        return WindowRule()
    kind = str(written.get("type") or "DURATION_WINDOW").upper()
    if kind == "DAILY_TIME_DEADLINE":
        return WindowRule(until=_time(written.get("deadline")))
    if kind == "DAILY_TIME_WINDOW":
        return WindowRule(since=_time(written.get("startTime")), until=_time(written.get("endTime")))
    if kind == "SLIDING_WINDOW":
        return WindowRule(lookback=_duration(written.get("window")))
    advance = written.get("windowAdvance")
    return WindowRule(_duration(written.get("window")), _duration(advance) if advance else timedelta(0))


def _duration(written: Any) -> timedelta:
    found = DAY if written is None else parse_duration(str(written))
    if found <= timedelta(0):
        raise ValueError(f"a window of {written} has no length")
    return found


def _time(written: Any) -> time | None:
    return time.fromisoformat(str(written)[:8]) if written is not None else None
