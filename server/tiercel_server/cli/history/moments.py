"""Points in time as people write them, and as they read them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from tiercel_schemas.model.durations import parse_duration

_SHORT = re.compile(r"(\d{1,6})([smhdw])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def moment(text: str, now: datetime) -> datetime:
    """A date, a date with a time, or how long ago: `2026-01-31`, `2026-01-31T08:00`, `90m`, `7d`, `PT2H`.

    Without an offset a date is one of this machine's time zone, from midnight on. Raises ValueError.
    """
    try:
        if (short := _SHORT.fullmatch(text)) is not None:
            return now - timedelta(**{_UNITS[short[2]]: int(short[1])})
        if text.upper().startswith("P"):
            return now - parse_duration(text)
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        raise ValueError(f"'{text}' is neither a date such as 2026-01-31 nor a length of time such as 2h") from None


def local_time(instant: str) -> str:
    """An instant of the history in this machine's time zone."""
    return datetime.fromisoformat(instant).astimezone().strftime("%Y-%m-%d %H:%M:%S")
