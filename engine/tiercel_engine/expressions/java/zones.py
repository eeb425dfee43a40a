"""Zones as Java names them."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from tiercel_engine.expressions.errors import JavaError

_OFFSET = re.compile(r"([+-])(\d{1,2})(?::?(\d{2})(?::?(\d{2}))?)?")
_REGION = re.compile(r"[A-Za-z][A-Za-z0-9~/._+-]+")
# Known to the time zone database, but not to Java without being asked for old abbreviations.
_UNKNOWN_TO_JAVA = frozenset({"EST", "MST", "HST", "Factory", "localtime", "posixrules"})


@dataclass(frozen=True, slots=True)
class Zone:
    """A zone: `region` for one with rules, otherwise a fixed `offset`; `name` is Java's id of it."""

    name: str
    offset: dt.timedelta
    region: ZoneInfo | None = None
    is_offset: bool = False

    def offset_at(self, utc: dt.datetime) -> dt.timedelta:
        """The offset at a moment (UTC, without a zone)."""
        if self.region is None:
            return self.offset
        return utc.replace(tzinfo=dt.UTC).astimezone(self.region).utcoffset() or dt.timedelta()

    def to_utc(self, local: dt.datetime) -> dt.datetime:
        """The moment of a local time; one that is skipped moves forward, one that comes twice is the first."""
        if self.region is None:
            return local - self.offset
        return local - (local.replace(tzinfo=self.region).utcoffset() or dt.timedelta())

    def is_daylight(self, utc: dt.datetime) -> bool:
        """Whether daylight saving time holds at a moment."""
        if self.region is None:
            return False
        return bool(utc.replace(tzinfo=dt.UTC).astimezone(self.region).dst())

    def abbreviation(self, utc: dt.datetime) -> str:
        """The short name of the time zone database at a moment."""
        if self.region is None:
            return self.name
        return utc.replace(tzinfo=dt.UTC).astimezone(self.region).tzname() or self.name


UTC = Zone("UTC", dt.timedelta())


@lru_cache(maxsize=100)
def zone(name: str) -> Zone:
    """The zone of an id. Raises JavaError ZoneRulesException or DateTimeException."""
    if name == "Z":
        return Zone("Z", dt.timedelta(), is_offset=True)
    if name[:1] in "+-" and name:
        return Zone(offset_text(_offset(name)), _offset(name), is_offset=True)
    for prefix in ("UTC", "GMT", "UT"):
        if name == prefix:
            return Zone(name, dt.timedelta())
        rest = name.removeprefix(prefix)
        if name.startswith(prefix) and rest[:1] in "+-" and rest:
            offset = _offset(rest)
            return Zone(f"{prefix}{offset_text(offset)}" if offset else prefix, offset)
    if len(name) < 2:
        raise JavaError("DateTimeException", f"Invalid ID for ZoneOffset, invalid format: {name}")
    if not _REGION.fullmatch(name):
        raise JavaError("DateTimeException", f"Invalid ID for region-based ZoneId, invalid format: {name}")
    if name in _UNKNOWN_TO_JAVA or name not in _regions():
        raise JavaError("ZoneRulesException", f"Unknown time-zone ID: {name}")
    try:
        return Zone(name, dt.timedelta(), ZoneInfo(name))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise JavaError("ZoneRulesException", f"Unknown time-zone ID: {name}") from None


@lru_cache(maxsize=1)
def _regions() -> frozenset[str]:
    return frozenset(available_timezones())


def _offset(text: str) -> dt.timedelta:
    match = _OFFSET.fullmatch(text)
    if match is None:
        raise JavaError("DateTimeException", f"Invalid ID for ZoneOffset, invalid format: {text}")
    hours, minutes, seconds = (int(match[group] or 0) for group in (2, 3, 4))
    if hours > 18 or minutes > 59 or seconds > 59:
        message = f"Zone offset hours not in valid range: value {hours} is not in the range -18 to 18"
        raise JavaError("DateTimeException", message)
    size = dt.timedelta(hours=hours, minutes=minutes, seconds=seconds)
    return -size if match[1] == "-" else size


def offset_text(offset: dt.timedelta, pattern: str = "+HH:mm:ss", zero: str = "Z") -> str:
    """An offset as Java writes it by a pattern of `appendOffset`; seconds in lower case only when there are some."""
    total = int(offset.total_seconds())
    if total == 0:
        return zero
    sign, size = ("-" if total < 0 else "+"), abs(total)
    hours, minutes, seconds = size // 3600, size // 60 % 60, size % 60
    separator = ":" if ":" in pattern else ""
    text = f"{sign}{hours:02d}"
    if pattern == "+HHmm":
        return f"{text}{minutes:02d}" if minutes else text
    if "MM" in pattern or "mm" in pattern:
        text += f"{separator}{minutes:02d}"
    if ("ss" in pattern or "SS" in pattern) and (seconds or "SS" in pattern):
        text += f"{separator}{seconds:02d}"
    return text
