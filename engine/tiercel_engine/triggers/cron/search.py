"""The next and the previous moment at which a line fires, stepping as Kestra's library does.

It goes from the largest unit to the smallest: months and days by setting the clock, hours, minutes and seconds by
letting real time pass until the clock shows one that is asked for. That decides what happens when clocks change.
Where the clock jumps over an hour that is asked for, nothing fires; where it jumps half an hour, whether the rest
of that hour is found depends on the minute the search came from.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from datetime import datetime, time, timedelta

from tiercel_engine.triggers.cron.line import CronLine
from tiercel_engine.triggers.cron.zoned import ZonedMoment

_SECOND = timedelta(seconds=1)
_MINUTE = timedelta(minutes=1)
_HOUR = timedelta(hours=1)
_MIDNIGHT = time()
_LAST_SECOND = time(23, 59, 59)
_LONGEST_SEARCH = 100  # years
_MOST_STEPS = 20_000  # more than a search of a hundred years takes


def next_after(line: CronLine, moment: ZonedMoment) -> ZonedMoment | None:
    """The first moment after `moment` at which the line fires, None when there is none within a hundred years.

    From a moment at which it fires, a firing that comes only because the clock was put back is left out, unless the
    line fires again within the two hours after it: a daily job runs once on that day, an hourly one each hour.
    """
    found = _first_from(line, moment)
    if found != moment or found is None:
        return found
    found = _first_from(line, moment.plus(_SECOND))
    if found is None or found.offset >= moment.offset:
        return found
    following = _first_from(line, found.plus(_SECOND))
    if following is None or following.utc - found.utc < 2 * _HOUR:
        return found
    return _first_from(line, moment.plus(_SECOND + _HOUR))


def previous_until(line: CronLine, moment: ZonedMoment) -> ZonedMoment | None:
    """The last moment at which the line fires that is not after `moment`, None when there is none."""
    return _search(line, moment, _step_back)


def previous_before(line: CronLine, moment: ZonedMoment) -> ZonedMoment | None:
    """The last moment before `moment` at which the line fires, None when there is none within a hundred years."""
    found = previous_until(line, moment)
    return previous_until(line, moment.plus(-_SECOND)) if found == moment else found


def _first_from(line: CronLine, moment: ZonedMoment) -> ZonedMoment | None:
    return _search(line, moment, _step_on)


def _search(
    line: CronLine, start: ZonedMoment, step: Callable[[CronLine, ZonedMoment], ZonedMoment | None]
) -> ZonedMoment | None:
    if line.never_fires:
        return None
    moment, year = start, start.local.year
    try:
        for _ in range(_MOST_STEPS):
            moved = step(line, moment)
            if moved is None:
                return moment
            if abs(moved.local.year - year) > _LONGEST_SEARCH:
                return None
            moment = moved
    except (OverflowError, ValueError):  # the ends of the calendar
        return None
    return None


def _step_on(line: CronLine, moment: ZonedMoment) -> ZonedMoment | None:
    """A later moment that no firing comes before, None when the line fires at `moment` itself."""
    local = moment.local
    if local.month not in line.months:
        return _on_to_month(line, moment)
    days = line.days_of(local.year, local.month)
    if local.day not in days:
        later = [day for day in days if day > local.day]
        if not later:
            return _start_of_next_month(moment)
        return _clock(moment.set_to(local.replace(day=later[0])), line.first_time)
    if local.hour not in line.hours:
        return _until(moment, _HOUR, lambda shown: shown.hour in line.hours)
    if local.minute not in line.minutes:
        return _until(moment, _MINUTE, lambda shown: shown.minute in line.minutes)
    if local.second not in line.seconds:
        return _until(moment, _SECOND, lambda shown: shown.second in line.seconds)
    return None


def _on_to_month(line: CronLine, moment: ZonedMoment) -> ZonedMoment:
    local = moment.local
    later = [month for month in line.months if month > local.month]
    if not later:
        january = _first_of_month(_in_month(_clock(moment, _MIDNIGHT), 1))
        return january.set_to(january.local.replace(year=local.year + 1))
    days = line.days_of(local.year, later[0])
    if not days:
        return _start_of_next_month(moment)
    in_month = _in_month(moment, later[0])
    return _clock(in_month.set_to(in_month.local.replace(day=days[0])), line.first_time)


def _start_of_next_month(moment: ZonedMoment) -> ZonedMoment:
    first = _first_of_month(_clock(moment, _MIDNIGHT))
    month = first.local.month
    if month == 12:
        return first.set_to(first.local.replace(year=first.local.year + 1, month=1))
    return first.set_to(first.local.replace(month=month + 1))


def _step_back(line: CronLine, moment: ZonedMoment) -> ZonedMoment | None:
    """An earlier moment that no firing comes after, None when the line fires at `moment` itself."""
    local = moment.local
    days = line.days_of(local.year, local.month)
    if not any(day <= local.day for day in days):
        return ZonedMoment.by_clock(datetime.combine(_end_of_last_month(local), line.last_time), moment.zone)
    if local.month not in line.months:
        return _back_to_month(line, moment)
    if local.day not in days:
        earlier = max(day for day in days if day < local.day)
        return _clock(moment.set_to(local.replace(day=earlier)), line.last_time)
    if local.hour not in line.hours:
        return _since(moment, _HOUR, lambda shown: shown.hour in line.hours)
    if local.minute not in line.minutes:
        return _since(moment, _MINUTE, lambda shown: shown.minute in line.minutes)
    if local.second not in line.seconds:
        return _since(moment, _SECOND, lambda shown: shown.second in line.seconds)
    return None


def _back_to_month(line: CronLine, moment: ZonedMoment) -> ZonedMoment:
    local = moment.local
    if min(line.months) < local.month:
        first = datetime.combine(local.date().replace(day=1), _MIDNIGHT)
        return ZonedMoment.by_clock(first, moment.zone).plus(-_SECOND)
    december = datetime.combine(local.date().replace(month=12, day=31), _LAST_SECOND)
    return ZonedMoment.by_clock(december, moment.zone).set_to(december.replace(year=local.year - 1))


def _end_of_last_month(local: datetime) -> datetime:
    return local.replace(day=1) - timedelta(days=1)


def _in_month(moment: ZonedMoment, month: int) -> ZonedMoment:
    """On the same day of another month of the year, or on its last. A step of its own: it may change the offset."""
    local = moment.local
    return moment.set_to(local.replace(month=month, day=min(local.day, monthrange(local.year, month)[1])))


def _first_of_month(moment: ZonedMoment) -> ZonedMoment:
    return moment.set_to(moment.local.replace(day=1))


def _clock(moment: ZonedMoment, shown: time) -> ZonedMoment:
    return moment.set_to(datetime.combine(moment.local, shown))


def _until(moment: ZonedMoment, unit: timedelta, asked: Callable[[datetime], bool]) -> ZonedMoment:
    """The start of the first unit after this one whose number is asked for."""
    moment = moment.plus(unit)
    while not asked(moment.local):
        moment = moment.plus(unit)
    return moment.set_to(_floor(moment.local, unit))


def _since(moment: ZonedMoment, unit: timedelta, asked: Callable[[datetime], bool]) -> ZonedMoment:
    """The last second of the last unit before this one whose number is asked for."""
    moment = moment.plus(-unit)
    while not asked(moment.local):
        moment = moment.plus(-unit)
    return moment.set_to(_floor(moment.local, unit)).plus(unit - _SECOND)


def _floor(local: datetime, unit: timedelta) -> datetime:
    if unit == _HOUR:
        return local.replace(minute=0, second=0)
    return local.replace(second=0) if unit == _MINUTE else local
