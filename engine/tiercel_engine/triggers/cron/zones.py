"""Time zones by the ids that Java takes."""

from __future__ import annotations

import re
from datetime import UTC, timedelta, timezone, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from tiercel_engine.triggers.cron.errors import ZoneError

_OFFSET = re.compile(r"([+-])(?:([0-9]{1,2})|([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?|([0-9]{2})([0-9]{2})([0-9]{2})?)")
_PREFIX = re.compile(r"(?:UTC|GMT|UT)(?=[+-])")
_LARGEST = timedelta(hours=18)
_OF_THIS_MACHINE = frozenset({"localtime", "Factory"})


def parse_zone(text: str) -> tzinfo:
    """The zone of an id such as `Europe/Paris`, `UTC`, `GMT+2` or `+02:00`; raises `ZoneError`. Capitals count."""
    if text in {"Z", "UTC", "GMT", "UT"}:
        return UTC
    prefix = _PREFIX.match(text)
    offset = _offset(text[prefix.end() :] if prefix else text)
    if offset is not None:
        return timezone(offset)
    if text in _regions():
        return ZoneInfo(text)
    raise ZoneError(_complaint(text))


def _offset(text: str) -> timedelta | None:
    match = _OFFSET.fullmatch(text)
    if match is None:
        return None
    hours, minutes, seconds = (
        next((int(number) for number in numbers if number), 0)
        for numbers in (match.group(2, 3, 6), match.group(4, 7), match.group(5, 8))
    )
    offset = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    if minutes > 59 or seconds > 59 or offset > _LARGEST:
        raise ZoneError(f"`{text}` is no time zone: an offset goes from -18:00 to +18:00, minutes to 59.")
    return -offset if match[1] == "-" else offset


def _complaint(text: str) -> str:
    shown = text if len(text) <= 60 else text[:59] + "…"
    asked = f"`{shown}` is no time zone"
    near = _regions_by_lower_case().get(text.strip().lower())
    if near is not None:
        return f"{asked}: write `{near}`."
    return f"{asked}: it takes an id such as `Europe/Paris`, `UTC` or `+02:00`."


@cache
def _regions() -> frozenset[str]:
    return frozenset(available_timezones() - _OF_THIS_MACHINE)


@cache
def _regions_by_lower_case() -> dict[str, str]:
    return {region.lower(): region for region in _regions()}
