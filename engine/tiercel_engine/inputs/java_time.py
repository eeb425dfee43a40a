"""Dates, times and instants as Java reads and prints them.

Times and instants are kept to the nanosecond as whole numbers, since Python's own types stop at microseconds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

NANOS = 10**9
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_TIME = re.compile(r"([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,9}))?)?")
_ZONE = re.compile(r"Z|([+-])([0-9]{2})(?::?([0-9]{2})(?::?([0-9]{2}))?)?", re.IGNORECASE)
_LIMITS = {
    "MonthOfYear": (1, 12),
    "DayOfMonth": (1, 31),
    "HourOfDay": (0, 23),
    "MinuteOfHour": (0, 59),
    "SecondOfMinute": (0, 59),
}


class NotATime(ValueError):  # noqa: N818
    """A text that is no date, time or instant; its text is Java's complaint."""


@dataclass(frozen=True, order=True, slots=True)
class LocalTime:
    """A time of day in nanoseconds since midnight."""

    nanos: int

    def iso(self) -> str:
        """`HH:mm:ss`, with as many digits of a fraction as it has."""
        fraction = f"{self.nanos % NANOS:09d}".rstrip("0")
        return f"{self._minutes()}:{self.nanos // NANOS % 60:02d}" + (f".{fraction}" if fraction else "")

    def __str__(self) -> str:
        """As Java prints it: seconds only where there are some, fractions in groups of three digits."""
        seconds, fraction = divmod(self.nanos % (60 * NANOS), NANOS)
        if not seconds and not fraction:
            return self._minutes()
        return f"{self._minutes()}:{seconds:02d}{_grouped(fraction)}"

    def _minutes(self) -> str:
        minutes = self.nanos // (60 * NANOS)
        return f"{minutes // 60:02d}:{minutes % 60:02d}"


@dataclass(frozen=True, order=True, slots=True)
class Instant:
    """A moment in nanoseconds since 1970, UTC."""

    nanos: int

    def micros(self) -> str:
        """With six digits of a fraction, as inputs keep it."""
        return f"{self._whole()}.{self.nanos % NANOS // 1000:06d}Z"

    def __str__(self) -> str:
        """As Java prints it: no fraction, or one in groups of three digits."""
        return f"{self._whole()}{_grouped(self.nanos % NANOS)}Z"

    def _whole(self) -> str:
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=self.nanos // NANOS)
        return moment.strftime("%Y-%m-%dT%H:%M:%S").zfill(19)


def parse_date(text: str) -> date:
    """`YYYY-MM-DD`; raises `NotATime`."""
    match = _DATE.fullmatch(text)
    if match is None:
        raise _unparsed(text, _DATE, _failing_index(text, "9999-99-99"))
    return _date(text, match)


def parse_time(text: str) -> LocalTime:
    """`HH:mm`, `HH:mm:ss` or with a fraction; raises `NotATime`."""
    match = _TIME.fullmatch(text)
    if match is None:
        raise _unparsed(text, _TIME, _failing_index(text, "99:99:99"))
    return _time(text, match)


def parse_instant(text: str) -> Instant:
    """A date and a time with a zone; raises `NotATime`."""
    day = _DATE.match(text)
    time = _TIME.match(text, 11) if day and text[10:11] in ("T", "t") else None
    zone = _ZONE.fullmatch(text, time.end()) if time else None
    if day is None or time is None or zone is None:
        raise _unparsed(text, _DATE, time.end() if time else _failing_index(text, "9999-99-99T99:99:99"))
    offset = 0
    if zone[1]:
        offset = (int(zone[2]) * 3600 + int(zone[3] or 0) * 60 + int(zone[4] or 0)) * (-1 if zone[1] == "-" else 1)
    days = (_date(text, day) - date(1970, 1, 1)).days
    return Instant((days * 86400 - offset) * NANOS + _time(text, time).nanos)


def _date(text: str, match: re.Match[str]) -> date:
    year, month, day = (int(group) for group in match.groups())
    for name, value in (("MonthOfYear", month), ("DayOfMonth", day)):
        _within(text, name, value)
    try:
        return date(year, month, day)
    except ValueError as error:
        month_name = date(2000, month, 1).strftime("%B").upper()
        leap = month == 2 and day == 29
        cause = "'February 29' as" if leap else f"'{month_name} {day}'"
        tail = f" '{year}' is not a leap year" if leap else ""
        raise NotATime(f"Text '{text}' could not be parsed: Invalid date {cause}{tail}") from error


def _time(text: str, match: re.Match[str]) -> LocalTime:
    hour, minute, second = int(match[1]), int(match[2]), int(match[3] or 0)
    for name, value in (("HourOfDay", hour), ("MinuteOfHour", minute), ("SecondOfMinute", second)):
        _within(text, name, value)
    return LocalTime(((hour * 60 + minute) * 60 + second) * NANOS + int((match[4] or "").ljust(9, "0")))


def _within(text: str, name: str, value: int) -> None:
    low, high = _LIMITS[name]
    if not low <= value <= high:
        raise NotATime(
            f"Text '{text}' could not be parsed: Invalid value for {name} (valid values {low} - {high}): {value}"
        )


def _failing_index(text: str, layout: str) -> int:
    field_start = 0
    for index, wanted in enumerate(layout):
        if wanted != "9":
            field_start = index + 1
        given = text[index : index + 1]
        fits = given.isascii() and given.isdigit() if wanted == "9" else given.upper() == wanted
        if not fits:
            return field_start if wanted == "9" else index
    return len(layout)


def _unparsed(text: str, layout: re.Pattern[str], index: int) -> NotATime:
    if layout.match(text) and 0 < index < len(text):
        return NotATime(f"Text '{text}' could not be parsed, unparsed text found at index {index}")
    return NotATime(f"Text '{text}' could not be parsed at index {index}")


def _grouped(fraction: int) -> str:
    digits = f"{fraction:09d}"
    while digits.endswith("000"):
        digits = digits[:-3]
    return f".{digits}" if digits else ""
