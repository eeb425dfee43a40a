"""The shortest time between two firings, for judging whether a schedule fires too often."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise, product

from tiercel_engine.triggers.cron.line import CronLine

_DAY = 24 * 60 * 60
_CYCLE = range(2000, 2029)  # leap years and weekdays come in every combination
_MOST_TIMES = 100_000  # a day; lines that fire more often together are judged one by one


@lru_cache(maxsize=256)
def shortest_gap(lines: tuple[CronLine, ...]) -> timedelta | None:
    """The shortest time between two firings of the lines together; None when none of them ever fires."""
    live = [line for line in dict.fromkeys(lines) if not line.never_fires]
    if not live:
        return None
    if len(live) == 1:
        return timedelta(seconds=_gap_of_one(live[0]))
    return timedelta(seconds=_gap_of_several(live))


def _gap_of_one(line: CronLine) -> int:
    times = _times(line)
    overnight = _DAY - times[-1] + times[0]
    within_day = min((later - earlier for earlier, later in pairwise(times)), default=None)
    if within_day is not None and within_day <= overnight:
        return within_day
    days = min(later - earlier for earlier, later in pairwise(_days(line)))
    over_days = (days - 1) * _DAY + overnight
    return over_days if within_day is None else min(within_day, over_days)


def _gap_of_several(lines: Sequence[CronLine]) -> int:
    """By going through the days on which several fire, and from each day to the next."""
    shortest = min(_gap_of_one(line) for line in lines)
    if sum(len(line.hours) * len(line.minutes) * len(line.seconds) for line in lines) > _MOST_TIMES:
        return shortest
    times = {line: _times(line) for line in lines}
    by_day: dict[int, list[CronLine]] = {}
    for line in lines:
        for day in _days(line):
            by_day.setdefault(day, []).append(line)
    merged: dict[tuple[CronLine, ...], list[int]] = {}
    last: int | None = None
    for day in sorted(by_day):
        on_day = tuple(by_day[day])
        if on_day not in merged:
            merged[on_day] = sorted({moment for line in on_day for moment in times[line]})
            shortest = min([shortest, *(later - earlier for earlier, later in pairwise(merged[on_day]))])
        if last is not None:
            shortest = min(shortest, day * _DAY + merged[on_day][0] - last)
        last = day * _DAY + merged[on_day][-1]
    return shortest


def _times(line: CronLine) -> list[int]:
    """The seconds of a day at which it fires, ascending."""
    return [
        hour * 3600 + minute * 60 + second for hour, minute, second in product(line.hours, line.minutes, line.seconds)
    ]


def _days(line: CronLine) -> Iterator[int]:
    for year in _CYCLE:
        for month in line.months:
            for day in line.days_of(year, month):
                yield date(year, month, day).toordinal()
