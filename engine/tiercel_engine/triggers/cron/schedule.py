"""A cron expression that was understood: when it fires next, when it fired last."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo

from tiercel_engine.triggers.cron.intervals import shortest_gap
from tiercel_engine.triggers.cron.line import CronLine
from tiercel_engine.triggers.cron.search import next_after, previous_before, previous_until
from tiercel_engine.triggers.cron.zoned import ZonedMoment


@dataclass(frozen=True, slots=True)
class Cron:
    """A cron expression: its text, and its lines, of which one fires alone (`||` puts several beside each other).

    Moments it gives are in the zone asked for; Python compares two of one zone by the clock, so compare them in UTC
    where clocks may have changed.
    """

    text: str
    lines: tuple[CronLine, ...] = field(repr=False)

    def next_after(self, moment: datetime, zone: tzinfo) -> datetime | None:
        """The first moment after `moment` at which it fires, in `zone`; None when it fires no more.

        Raises `ValueError` when `moment` has no zone. The search is bounded: a hundred years.
        """
        start = ZonedMoment.of(moment, zone)
        found = [after for line in self.lines if (after := next_after(line, start)) is not None]
        return min(found, key=lambda after: after.utc).aware() if found else None

    def previous_before(self, moment: datetime, zone: tzinfo) -> datetime | None:
        """The last moment before `moment` at which it fired, in `zone`; None when there is none.

        Raises `ValueError` when `moment` has no zone. The search is bounded: a hundred years.
        """
        start = ZonedMoment.of(moment, zone)
        previous = previous_until if moment.microsecond else previous_before
        found = [before for line in self.lines if (before := previous(line, start)) is not None]
        return max(found, key=lambda before: before.utc).aware() if found else None

    @property
    def never_fires(self) -> bool:
        """Whether it names only days that no month has, such as 30 February."""
        return all(line.never_fires for line in self.lines)

    @property
    def interval_estimate(self) -> timedelta | None:
        """The shortest time between two firings where no clock changes; None when it never fires."""
        return shortest_gap(self.lines)
