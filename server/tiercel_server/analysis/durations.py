"""How long a duration lasts."""

from __future__ import annotations

from tiercel_schemas.durations import parse_duration


def seconds_of(text: str) -> float | None:
    """How many seconds a duration such as `PT1H30M` lasts; None where the text is none."""
    try:
        return parse_duration(text).total_seconds()
    except ValueError:
        return None
