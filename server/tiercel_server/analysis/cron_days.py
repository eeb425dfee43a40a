"""What becomes of a schedule on the days when clocks go forward. Pure: years are looked at that are written here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from itertools import pairwise
from typing import Protocol

_FROM, _TO = datetime(2026, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)


class Firing(Protocol):
    """What fires at dates."""

    def next_after(self, moment: datetime, zone: tzinfo) -> datetime | None:
        """The first date after a moment."""


@dataclass(frozen=True, slots=True)
class SkippedRun:
    """A time of day that a day lacks: `first` to `end` by the clock, `end` not included."""

    first: time
    end: time


def skipped_run(cron: Firing, zone: tzinfo) -> SkippedRun | None:
    """The hour for which a schedule that runs the day before and the day after runs not at all; None if none is."""
    moment = _FROM
    while moment < _TO:
        before = moment.astimezone(zone)
        after = (moment + _DAY).astimezone(zone)
        jump = (after.utcoffset() or timedelta()) - (before.utcoffset() or timedelta())
        if jump > timedelta() and (found := _skipped(cron, zone, moment, jump)) is not None:
            return found
        moment += _DAY
    return None


def _skipped(cron: Firing, zone: tzinfo, start: datetime, jump: timedelta) -> SkippedRun | None:
    change = _change(zone, start)
    midnight = change.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    days = [midnight + number * _DAY for number in (-1, 0, 1, 2)]
    fires = [_fires(cron, zone, day, following) for day, following in pairwise(days)]
    if fires != [True, False, True]:
        return None
    first = (change - timedelta(seconds=1)).astimezone(zone).replace(tzinfo=None) + timedelta(seconds=1)
    return SkippedRun(first.time(), (first + jump).time())


def _change(zone: tzinfo, start: datetime) -> datetime:
    """The moment within a day at which the clock is put forward."""
    low, high = start, start + _DAY
    offset = low.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        if middle.astimezone(zone).utcoffset() == offset:
            low = middle
        else:
            high = middle
    return high.replace(microsecond=0)


def _fires(cron: Firing, zone: tzinfo, start: datetime, end: datetime) -> bool:
    found = cron.next_after(start.astimezone(UTC) - timedelta(seconds=1), zone)
    return found is not None and found.astimezone(UTC) < end.astimezone(UTC)
