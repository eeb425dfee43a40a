"""ISO-8601 durations as Java reads and prints them."""

from __future__ import annotations

import re
from datetime import timedelta

_DURATION = re.compile(
    r"([-+]?)P(?:([-+]?[0-9]+)D)?"
    r"(T(?:([-+]?[0-9]+)H)?(?:([-+]?[0-9]+)M)?(?:([-+]?[0-9]+)(?:[.,]([0-9]{0,9}))?S)?)?",
    re.IGNORECASE,
)


def parse_duration(text: str) -> timedelta:
    """Read `P1DT2H3M4.5S`; raises ValueError on anything else, and on what no timedelta can hold."""
    match = _DURATION.fullmatch(text)
    if match is None or text[-1] in "Tt" or not any(match.group(2, 4, 5, 6)):
        raise ValueError(f"Text '{text}' cannot be parsed to a Duration")
    sign, days, _, hours, minutes, seconds, fraction = match.groups()
    micros = int(((fraction or "") + "000000")[:6])
    if seconds and seconds.startswith("-"):
        micros = -micros
    try:
        total = timedelta(
            days=int(days or 0),
            hours=int(hours or 0),
            minutes=int(minutes or 0),
            seconds=int(seconds or 0),
            microseconds=micros,
        )
    except OverflowError:
        raise ValueError(f"Text '{text}' cannot be parsed to a Duration") from None
    return -total if sign == "-" else total


def format_duration(value: timedelta) -> str:
    """Print as Java's `Duration.toString` does: hours, minutes and seconds, no days, `PT0S` for zero."""
    micros = round(value / timedelta(microseconds=1))
    if micros == 0:
        return "PT0S"
    sign = "-" if micros < 0 else ""
    seconds, fraction = divmod(abs(micros), 1_000_000)
    hours, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    text = "PT"
    if hours:
        text += f"{sign}{hours}H"
    if minutes:
        text += f"{sign}{minutes}M"
    if seconds or fraction:
        text += f"{sign}{seconds}" + (f".{fraction:06d}".rstrip("0") if fraction else "") + "S"
    return text
