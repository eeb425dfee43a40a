"""What a Schedule or a ScheduleOnDates says."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Any, Protocol

from tiercel_engine.triggers.cron import CronError, ZoneError, parse_cron, parse_zone
from tiercel_schemas.model.durations import parse_duration
from tiercel_schemas.model.trigger import Trigger

SCHEDULE = "io.kestra.plugin.core.trigger.Schedule"
DATES = "io.kestra.plugin.core.trigger.ScheduleOnDates"
MOST_CANDIDATES = 10_000
LONGEST_SEARCH = timedelta(days=3_653)

Holds = Callable[[datetime], bool]
"""Whether the trigger's `when`, or its conditions, hold for a date."""


class ScheduleError(Exception):
    """A schedule that can't be read; the text says why."""


class Recovery(StrEnum):
    """What becomes of dates that passed while nothing looked."""

    ALL = "ALL"
    LAST = "LAST"
    NONE = "NONE"


class Dates(Protocol):
    """Dates in their order."""

    def next_after(self, moment: datetime) -> datetime | None:
        """The first after a moment."""

    def previous_before(self, moment: datetime) -> datetime | None:
        """The last before a moment."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """Dates, and how they are kept. `written` changes when they do."""

    dates: Dates
    written: str
    recovery: Recovery = Recovery.ALL
    latest: timedelta | None = None
    """How late a date may be run; later it is left out."""
    zone: tzinfo = UTC

    def next_date(self, moment: datetime, holds: Holds) -> datetime | None:
        """The first date after a moment for which `holds`; None when none of many is."""
        return _found(self.dates.next_after, moment, holds)

    def last_date(self, moment: datetime, holds: Holds) -> datetime | None:
        """The last date before a moment for which `holds`."""
        return _found(self.dates.previous_before, moment, holds)


def _found(step: Callable[[datetime], datetime | None], moment: datetime, holds: Holds) -> datetime | None:
    date: datetime | None = moment
    for _ in range(MOST_CANDIDATES):
        date = step(date) if date is not None else None
        if date is None or abs(date.astimezone(UTC) - moment.astimezone(UTC)) > LONGEST_SEARCH:
            return None
        if holds(date):
            return date
    return None


@dataclass(frozen=True, slots=True)
class _CronDates:
    cron: Any
    zone: tzinfo

    def next_after(self, moment: datetime) -> datetime | None:
        found: datetime | None = self.cron.next_after(moment, self.zone)
        return found

    def previous_before(self, moment: datetime) -> datetime | None:
        found: datetime | None = self.cron.previous_before(moment, self.zone)
        return found


@dataclass(frozen=True, slots=True)
class _ListedDates:
    dates: tuple[datetime, ...]

    def next_after(self, moment: datetime) -> datetime | None:
        place = bisect_right(self.dates, moment)
        return self.dates[place] if place < len(self.dates) else None

    def previous_before(self, moment: datetime) -> datetime | None:
        place = bisect_left(self.dates, moment)
        return self.dates[place - 1] if place else None


def read_schedule(trigger: Trigger, render: Callable[[str], str], zone: tzinfo = UTC) -> Schedule:
    """The schedule of a trigger; `zone` is the server's, for those that name none. Raises `ScheduleError`.

    `render` gives the text of a template; what it raises goes through.
    """
    written = trigger.properties
    try:
        named = written.get("timezone")
        own = parse_zone(render(str(named))) if named is not None else zone
        schedule = _listed(written, render, own) if trigger.type == DATES else _by_cron(written, own)
        latest = written.get("lateMaximumDelay")
        return replace(
            schedule,
            recovery=Recovery(str(written.get("recoverMissedSchedules") or "ALL").upper()),
            latest=parse_duration(str(latest)) if latest is not None else None,
            zone=own,
        )
    except (CronError, ZoneError, ValueError, OverflowError) as error:
        raise ScheduleError(str(error)) from error


def _by_cron(written: Mapping[str, Any], zone: tzinfo) -> Schedule:
    text = str(written.get("cron") or "")
    seconds = str(written.get("withSeconds", False)).lower() == "true"
    return Schedule(_CronDates(parse_cron(text, with_seconds=seconds), zone), f"{text} {seconds} {zone}")


def _listed(written: Mapping[str, Any], render: Callable[[str], str], zone: tzinfo) -> Schedule:
    given = written.get("dates") or ()
    texts = [render(str(each)) for each in ([given] if isinstance(given, str) else given)]
    dates = sorted(_moment(text, zone) for text in texts)
    return Schedule(_ListedDates(tuple(dates)), repr([date.isoformat() for date in dates]))


def _moment(text: str, zone: tzinfo) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=zone) if moment.tzinfo is None else moment.astimezone(zone)
