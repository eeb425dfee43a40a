"""One line of fields as the numbers it stands for."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import time
from functools import lru_cache

from tiercel_engine.triggers.cron.expressions import Anything, FieldExpression, Last, Marked, One, Several, Span, Steps
from tiercel_engine.triggers.cron.fields import DAY, HOUR, MINUTE, MONTH, SECOND, WEEKDAY, Field

_LEAP_YEAR = 2000


@dataclass(frozen=True, slots=True)
class CronLine:
    """When a line fires: ascending numbers, and the expressions of the days, whose numbers depend on the month."""

    seconds: tuple[int, ...]
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    months: tuple[int, ...]
    days: FieldExpression
    weekdays: FieldExpression

    @classmethod
    def of(cls, fields: tuple[FieldExpression, ...]) -> CronLine:
        """The line of five checked expressions, minute first, or of six, second first."""
        second, minute, hour, day, month, weekday = fields if len(fields) == 6 else (One(0), *fields)
        return cls(
            seconds=_numbers(second, SECOND),
            minutes=_numbers(minute, MINUTE),
            hours=_numbers(hour, HOUR),
            months=_numbers(month, MONTH),
            days=day,
            weekdays=weekday,
        )

    @property
    def first_time(self) -> time:
        """The first time of a day at which it fires."""
        return time(self.hours[0], self.minutes[0], self.seconds[0])

    @property
    def last_time(self) -> time:
        """The last time of a day at which it fires."""
        return time(self.hours[-1], self.minutes[-1], self.seconds[-1])

    @property
    def never_fires(self) -> bool:
        """Whether it names only days that no month of its months has, such as 30 February."""
        return not any(self.days_of(_LEAP_YEAR, month) for month in self.months)

    def days_of(self, year: int, month: int) -> tuple[int, ...]:
        """The days of a month on which it fires, whether the month is one of its months or not.

        A line that restricts both the day of the month and the day of the week fires on days that satisfy either.
        """
        first_weekday, length = monthrange(year, month)
        return _days(self.days, self.weekdays, first_weekday, length)


@lru_cache(maxsize=1024)
def _days(days: FieldExpression, weekdays: FieldExpression, first_weekday: int, length: int) -> tuple[int, ...]:
    every_day = range(1, length + 1)
    by_number = {day for day in numbers_of(days, DAY, length) if day in every_day}
    on_weekdays = {number % 7 for number in numbers_of(weekdays, WEEKDAY, length)}
    by_weekday = {day for day in every_day if (first_weekday + day) % 7 in on_weekdays}
    if isinstance(weekdays, Anything):
        return tuple(sorted(by_number))
    if isinstance(days, Anything):
        return tuple(sorted(by_weekday))
    return tuple(sorted(by_number | by_weekday))


def _numbers(expression: FieldExpression, field: Field) -> tuple[int, ...]:
    return tuple(sorted(set(numbers_of(expression, field, 0))))


def numbers_of(expression: FieldExpression, field: Field, length: int) -> Iterable[int]:
    """The numbers that a checked expression stands for; `length` is the last day of the month at hand."""
    match expression:
        case Anything():
            return range(field.low, field.high + 1)
        case One(number):
            return (number,)
        case Last(days_before, _):
            return (length - (days_before or 0),)
        case Span(int(first), int(last)):
            return range(first, last + 1)
        case Steps(One(number), period):
            return range(number, field.high + 1, period)
        case Steps(Span(int(first), int(last)), period):
            return range(first, last + 1, period)
        case Steps(_, period):
            return range(field.low, field.high + 1, period)
        case Several(parts):
            return [number for part in parts for number in _in_list(part, field, length)]
        case Span() | Marked():
            return ()


def _in_list(expression: FieldExpression, field: Field, length: int) -> Iterable[int]:
    """In a list Kestra's library takes `L` and then finds no day for it; `5L` is the fifth day there."""
    if isinstance(expression, Last):
        return () if expression.number is None else (expression.number,)
    return numbers_of(expression, field, length)
