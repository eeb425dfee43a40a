"""Moments with nanoseconds in a zone: Java's ZonedDateTime."""

from __future__ import annotations

import calendar
import datetime as dt
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tiercel_engine.expressions.errors import JavaError
from tiercel_engine.expressions.java.zones import Zone, zone

if TYPE_CHECKING:
    from collections.abc import Callable

_EPOCH = dt.datetime(1970, 1, 1)  # noqa: DTZ001 - local and UTC times are kept without a zone
_NANOS = 1_000_000_000
_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_TIME = re.compile(r"T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{0,9}))?)?", re.IGNORECASE)
_OFFSET = re.compile(r"Z|[+-]\d{2}(?::\d{2}(?::\d{2})?)?", re.IGNORECASE)
_REGION = re.compile(r"\[([^\]]+)\]")
_FIELDS = {
    "month": "MonthOfYear (valid values 1 - 12)",
    "day": "DayOfMonth (valid values 1 - 28/31)",
    "hour": "HourOfDay (valid values 0 - 23)",
    "minute": "MinuteOfHour (valid values 0 - 59)",
    "second": "SecondOfMinute (valid values 0 - 59)",
}


@dataclass(frozen=True, slots=True)
class Moment:
    """`utc` to the second, `nanos` of that second, and the zone to show it in."""

    utc: dt.datetime
    nanos: int
    zone: Zone

    @property
    def offset(self) -> dt.timedelta:
        """The offset of its zone at this moment."""
        return self.zone.offset_at(self.utc)

    @property
    def local(self) -> dt.datetime:
        """The local time to the second."""
        return self.utc + self.offset

    def in_zone(self, target: Zone) -> Moment:
        """The same moment, shown in another zone."""
        return Moment(self.utc, self.nanos, target)

    @property
    def epoch_seconds(self) -> int:
        """Seconds since 1970."""
        return int((self.utc - _EPOCH).total_seconds())

    @property
    def epoch_nanos(self) -> int:
        """Nanoseconds since 1970."""
        return self.epoch_seconds * _NANOS + self.nanos

    def plus(self, amount: int, unit: str) -> Moment:
        """Moved by an amount of a ChronoUnit. Raises JavaError for a unit that there isn't."""
        try:
            if unit == "HALF_DAYS":
                # Java counts 256 of them as one day.
                days, halves = int(amount / 256), math.fmod(amount, 256)
                moved = self._at_local(self.local + dt.timedelta(days=days)) if days else self
                return moved.plus(int(halves) * 12, "HOURS")
            if unit in _UNIT_NANOS:
                return from_nanos(self.epoch_nanos + amount * _UNIT_NANOS[unit], self.zone)
            if unit in _UNIT_DAYS:
                return self._at_local(self.local + dt.timedelta(days=amount * _UNIT_DAYS[unit]))
            if unit in _UNIT_MONTHS:
                return self._at_local(_plus_months(self.local, amount * _UNIT_MONTHS[unit]))
        except (OverflowError, ValueError):
            raise JavaError("DateTimeException", f"Moving by {amount} {unit} leaves the years 1 to 9999") from None
        if unit == "ERAS":
            return self._plus_eras(amount)
        if unit == "FOREVER":
            raise JavaError("UnsupportedTemporalTypeException", "Unsupported unit: Forever")
        message = f"No enum constant java.time.temporal.ChronoUnit.{unit}"
        raise JavaError("IllegalArgumentException", message)

    def _at_local(self, local: dt.datetime) -> Moment:
        return Moment(self.zone.to_utc(local), self.nanos, self.zone)

    def _plus_eras(self, amount: int) -> Moment:
        if amount == 0:
            return self
        if amount != -1:
            message = f"Invalid value for Era (valid values 0 - 1): {1 + amount}"
            raise JavaError("DateTimeException", message)
        # The same year of the era before is written alike; a leap day isn't there in a year that has none.
        local = self.local
        year = 1 - local.year
        leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
        return self if leap or (local.month, local.day) != (2, 29) else self._at_local(local - dt.timedelta(days=1))


_UNIT_NANOS = {
    "NANOS": 1,
    "MICROS": 1_000,
    "MILLIS": 1_000_000,
    "SECONDS": _NANOS,
    "MINUTES": 60 * _NANOS,
    "HOURS": 3_600 * _NANOS,
}
_UNIT_DAYS = {"DAYS": 1, "WEEKS": 7}
_UNIT_MONTHS = {"MONTHS": 1, "YEARS": 12, "DECADES": 120, "CENTURIES": 1_200, "MILLENNIA": 12_000}


def _plus_months(local: dt.datetime, months: int) -> dt.datetime:
    year, month = divmod(local.year * 12 + local.month - 1 + months, 12)
    month += 1
    return local.replace(year=year, month=month, day=min(local.day, calendar.monthrange(year, month)[1]))


def from_nanos(nanos: int, target: Zone) -> Moment:
    """The moment of a number of nanoseconds since 1970."""
    seconds, rest = divmod(nanos, _NANOS)
    try:
        return Moment(_EPOCH + dt.timedelta(seconds=seconds), rest, target)
    except OverflowError:
        raise JavaError("DateTimeException", "Instant exceeds minimum or maximum instant") from None


def from_datetime(value: dt.datetime, default: Zone) -> Moment:
    """The moment of a Python value; one without a zone is local to `default`."""
    offset = value.utcoffset()
    bare = value.replace(microsecond=0, tzinfo=None)
    utc = default.to_utc(bare) if offset is None else bare - offset
    return Moment(utc, value.microsecond * 1000, default)


def parse_moment(text: str, default: Zone) -> Moment:
    """ISO text of a zoned time, a local time or a date (at its start). Raises JavaError DateTimeParseException."""
    date = _DATE.match(text)
    if date is None:
        raise _unreadable(text, _failing_index(text))
    time = _TIME.match(text, date.end())
    end = time.end() if time else date.end()
    offset = _OFFSET.match(text, end) if time else None
    end = offset.end() if offset else end
    region = _REGION.match(text, end) if offset else None
    end = region.end() if region else end
    if end != len(text):
        # Java's last try is a date alone: it stops where that ends.
        raise _leftover(text, date.end())
    try:
        local, nanos = _local_time(text, date, time)
    except JavaError:
        if time is not None:
            raise _leftover(text, date.end()) from None
        raise
    if offset is None:
        return Moment(default.to_utc(local), nanos, default)
    fixed = zone(offset[0].upper())
    utc = fixed.to_utc(local)
    if region is None:
        return Moment(utc, nanos, fixed)
    return Moment(utc, nanos, zone(region[1]))


def _local_time(text: str, date: re.Match[str], time: re.Match[str] | None) -> tuple[dt.datetime, int]:
    year, month, day = (int(group) for group in date.groups())
    hour, minute, second = (int(time[group] or 0) if time else 0 for group in (1, 2, 3))
    nanos = int((time[4] or "").ljust(9, "0") or 0) if time else 0
    limits: list[tuple[str, int, Callable[[int], bool]]] = [
        ("month", month, lambda value: 1 <= value <= 12),
        ("day", day, lambda value: 1 <= value <= 31),
        ("hour", hour, lambda value: value <= 23),
        ("minute", minute, lambda value: value <= 59),
        ("second", second, lambda value: value <= 59),
    ]
    for name, value, allowed in limits:
        if not allowed(value):
            raise _refused(text, f"Invalid value for {_FIELDS[name]}: {value}")
    if year == 0:
        raise _refused(text, "Years before 1 can't be used")
    if day > calendar.monthrange(year, month)[1]:
        name = calendar.month_name[month].upper()
        detail = (
            f"Invalid date 'February 29' as '{year}' is not a leap year"
            if (month, day) == (2, 29)
            else f"Invalid date '{name} {day}'"
        )
        raise _refused(text, detail)
    return dt.datetime(year, month, day, hour, minute, second), nanos  # noqa: DTZ001


def _failing_index(text: str) -> int:
    digits = len(text) - len(text.lstrip("0123456789"))
    if digits != 4:
        signed = text[:1] in ("+", "-") and bool(text)
        return int(signed and not re.match(r".\d{4}-", text))
    for index, character in enumerate("dddd-dd-dd"):
        if index >= len(text):
            return index - (1 if index in (6, 9) else 0)
        fits = text[index].isdigit() if character == "d" else text[index] == character
        if not fits:
            return 0 if index < 4 else index - (1 if index in (6, 9) else 0)
    return 0


def _shown(text: str) -> str:
    return text if len(text) <= 64 else f"{text[:64]}..."


def _unreadable(text: str, index: int) -> JavaError:
    return JavaError("DateTimeParseException", f"Text '{_shown(text)}' could not be parsed at index {index}")


def _leftover(text: str, index: int) -> JavaError:
    message = f"Text '{_shown(text)}' could not be parsed, unparsed text found at index {index}"
    return JavaError("DateTimeParseException", message)


def _refused(text: str, detail: str) -> JavaError:
    cause = JavaError("DateTimeException", detail)
    return JavaError("DateTimeParseException", f"Text '{_shown(text)}' could not be parsed: {detail}", cause)
