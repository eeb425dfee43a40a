"""Texts with a format, as Kestra's reader takes them: durations, dates, times, time zones."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache

from tiercel_schemas.durations import parse_duration

_DATE = re.compile(r"[-+]?\d{4,9}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])")
_TIME = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:[.,]\d{1,9})?)?")
_OFFSET = re.compile(r"Z|[-+]\d{1,2}(?::?[0-5]\d){0,2}", re.IGNORECASE)
# As Java takes it: hours of one digit stand alone, and so do they behind `UTC`.
_ZONE_OFFSET = re.compile(r"(?:UTC|GMT|UT)?[+-](?:(\d{1,2})|(\d\d):(\d\d)(?::(\d\d))?|(\d\d)(\d\d)(\d\d)?)", re.ASCII)
_LARGEST_OFFSET = 18 * 3600
_NO_ZONES = frozenset({"localtime", "Factory", "posixrules", "EST", "MST", "HST", "ROC"})
"""Names of this machine's data that Java does not take."""
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_DATE_TIME = re.compile(r"(?P<date>[^T ]+)(?:[Tt ](?P<time>[^Z+\-\[]*)(?P<rest>.*))?", re.DOTALL)


def is_duration(text: str) -> bool:
    """An ISO 8601 duration of days, hours, minutes and seconds, as `PT1H30M`; weeks and months are none."""
    try:
        parse_duration(text)
    except ValueError:
        return False
    return True


def is_date(text: str) -> bool:
    """A day, as `2026-01-31`."""
    return _DATE.fullmatch(text) is not None


def is_time(text: str) -> bool:
    """A time of day, as `09:30` or `09:30:00`, perhaps with an offset."""
    match = re.match(r"[0-9:.,]+", text)
    if match is None or _TIME.fullmatch(match[0]) is None:
        return False
    return match.end() == len(text) or _OFFSET.fullmatch(text[match.end() :]) is not None


def is_date_time(text: str) -> bool:
    """A moment, as `2026-01-31T09:30:00Z`; a day alone and a time without a zone pass too."""
    match = _DATE_TIME.fullmatch(text.strip())
    if match is None or not is_date(match["date"]):
        return False
    return match["time"] is None or is_time(match["time"])


def is_instant(text: str) -> bool:
    """A moment with its zone, as `2026-01-31T09:30:00Z`."""
    match = _DATE_TIME.fullmatch(text)
    return match is not None and is_date_time(text) and bool(match["time"]) and bool(match["rest"])


@cache
def _regions() -> frozenset[str]:
    from zoneinfo import available_timezones

    return frozenset(available_timezones() - _NO_ZONES)


def is_timezone(text: str) -> bool:
    """The name of a time zone, as `Europe/Paris`, or an offset of up to 18 hours, as `+02:00` or `UTC+2`."""
    if text in {"Z", "UTC", "GMT", "UT"}:
        return True
    match = _ZONE_OFFSET.fullmatch(text)
    if match is None:
        return text in _regions()
    hours, minutes, seconds = (
        next((int(number) for number in numbers if number), 0)
        for numbers in (match.group(1, 2, 5), match.group(3, 6), match.group(4, 7))
    )
    return minutes < 60 and seconds < 60 and hours * 3600 + minutes * 60 + seconds <= _LARGEST_OFFSET


FORMATS: Mapping[str, Callable[[str], bool]] = {
    "duration": is_duration,
    "date": is_date,
    "date-time": is_date_time,
    "instant": is_instant,
    "partial-time": is_time,
    "time": is_time,
    "timezone": is_timezone,
    "uuid": lambda text: _UUID.fullmatch(text) is not None,
}
"""Checks by format name; a format that is not here takes any text."""
