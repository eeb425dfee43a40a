"""The fields of a cron expression: which numbers each takes, and under which names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_WEEKDAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
_NO_WORDS: Mapping[str, int] = {}


@dataclass(frozen=True, slots=True)
class Field:
    """A place in a cron expression: its limits, both included, and the words that stand for numbers."""

    name: str
    low: int
    high: int
    words: Mapping[str, int]
    takes_last: bool

    def canonical(self, number: int) -> int:
        """The number that a single value stands for: Sunday is both 0 and 7."""
        return 0 if self is WEEKDAY and number == 7 else number


SECOND: Final = Field("second", 0, 59, _NO_WORDS, takes_last=False)
MINUTE: Final = Field("minute", 0, 59, _NO_WORDS, takes_last=False)
HOUR: Final = Field("hour", 0, 23, _NO_WORDS, takes_last=False)
DAY: Final = Field("day of month", 1, 31, _NO_WORDS, takes_last=True)
MONTH: Final = Field("month", 1, 12, {word: place for place, word in enumerate(_MONTHS, 1)}, takes_last=False)
WEEKDAY: Final = Field("day of week", 0, 7, {word: place for place, word in enumerate(_WEEKDAYS, 1)}, takes_last=False)

FIELDS: Final = (MINUTE, HOUR, DAY, MONTH, WEEKDAY)
FIELDS_WITH_SECONDS: Final = (SECOND, *FIELDS)
