"""ISO-8601 durations in seconds."""

from __future__ import annotations

import re

_DURATION = re.compile(
    r"([-+]?)P(?!$)(?:([-+]?[0-9]{1,9})D)?(?:T(?!$)(?:([-+]?[0-9]{1,9})H)?(?:([-+]?[0-9]{1,9})M)?(?:([-+]?[0-9]{1,12}(?:[.,][0-9]{1,9})?)S)?)?",
    re.IGNORECASE,
)


def seconds_of(text: str) -> float | None:
    """How many seconds a duration such as `PT1H30M` lasts; None where the text is none."""
    match = _DURATION.fullmatch(text)
    if match is None:
        return None
    days, hours, minutes = (int(each or 0) for each in match.group(2, 3, 4))
    seconds = float((match[5] or "0").replace(",", "."))
    total = days * 86_400 + hours * 3_600 + minutes * 60 + seconds
    return -total if match[1] == "-" else total
