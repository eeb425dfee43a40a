"""A cron expression in words, such as `every weekday at 09:00`."""

from __future__ import annotations

from calendar import day_name, month_name
from collections.abc import Sequence
from itertools import pairwise, product

from tiercel_engine.triggers.cron.expressions import Anything, FieldExpression, Last
from tiercel_engine.triggers.cron.fields import DAY, WEEKDAY
from tiercel_engine.triggers.cron.line import CronLine, numbers_of
from tiercel_engine.triggers.cron.schedule import Cron

_MOST_TIMES = 4
_MOST_LISTED = 12
_WORK_DAYS = (1, 2, 3, 4, 5)
_WEEKEND = (0, 6)
_LEAP_DAY = "29 February"


def describe_cron(cron: Cron) -> str:
    """A short English sentence without a capital and a full stop; it says nothing of the zone."""
    return "; and ".join(dict.fromkeys(_line(line) for line in cron.lines))


def _line(line: CronLine) -> str:
    if line.never_fires:
        return "never, since no month has such a day"
    times = _fixed_times(line)
    if times is None:
        parts = [_recurring(line), _days(line, ""), _months(line.months)]
        return ", ".join(part for part in parts if part)
    if (date := _one_date(line)) is not None:
        return f"every {'leap year' if date == _LEAP_DAY else 'year'} on {date} at {times}"
    return " ".join(part for part in (_days(line, "every day"), _months(line.months), f"at {times}") if part)


def _fixed_times(line: CronLine) -> str | None:
    """The times of a day when they are few and follow no rhythm."""
    one_minute = len(line.minutes) == len(line.seconds) == 1
    few = len(line.hours) * len(line.minutes) * len(line.seconds) <= _MOST_TIMES
    if not few and not (one_minute and _rhythm(line.hours) is None):
        return None
    if one_minute and len(line.hours) > 2 and _is_round(line.hours, 24):
        return None
    return _and([_clock(*time) for time in product(line.hours, line.minutes, line.seconds)])


def _recurring(line: CronLine) -> str:
    if line.seconds == (0,):
        return _minutes_and_hours(line)
    parts = [_within(line.seconds, 60, "second", "minute")]
    if len(line.seconds) == 1:
        parts.append(_within(line.minutes, 60, "minute", "hour"))
    elif len(line.minutes) < 60:
        plural = "s" if len(line.minutes) > 1 else ""
        parts.append(f"in minute{plural} {_and([str(minute) for minute in line.minutes])} of the hour")
    return ", ".join([*parts, *_hours(line.hours)])


def _minutes_and_hours(line: CronLine) -> str:
    if len(line.minutes) == 1 and (step := _rhythm(line.hours)) is not None:
        minute = line.minutes[0]
        every = "every hour" if step == 1 else f"every {step} hours"
        if not _is_round(line.hours, 24):
            return f"{every} from {_clock(line.hours[0], minute)} to {_clock(line.hours[-1], minute)}"
        if (line.hours[0], minute) == (0, 0):
            return every
        return f"{every} at minute {minute}" if step == 1 else f"{every} from {_clock(line.hours[0], minute)}"
    return ", ".join([_within(line.minutes, 60, "minute", "hour"), *_hours(line.hours)])


def _within(numbers: Sequence[int], size: int, unit: str, whole: str) -> str:
    """The numbers of a unit within the next larger one: `every 5 minutes`, `at minutes 1 and 7 of the hour`."""
    is_round = _is_round(numbers, size)
    step = size // len(numbers) if is_round else _rhythm(numbers)
    if step is None:
        plural = "s" if len(numbers) > 1 else ""
        return f"at {unit}{plural} {_and([str(number) for number in numbers])} of the {whole}"
    every = f"every {unit}" if step == 1 else f"every {step} {unit}s"
    if is_round:
        return every if numbers[0] == 0 else f"{every} from {unit} {numbers[0]} of the {whole}"
    return f"{every} from {unit} {numbers[0]} to {numbers[-1]} of the {whole}"


def _hours(hours: Sequence[int]) -> list[str]:
    if len(hours) == 24:
        return []
    if hours[-1] - hours[0] == len(hours) - 1:
        return [f"from {_clock(hours[0], 0)} to {_clock(hours[-1], 59)}"]
    return [f"in the hours {_and([f'{hour:02d}' for hour in hours])}"]


def _days(line: CronLine, every_day: str) -> str:
    by_number = None if isinstance(line.days, Anything) else _days_of_month(line.days)
    by_name = None if isinstance(line.weekdays, Anything) else _weekdays(line.weekdays)
    if by_number is not None and by_name is not None:
        return " and ".join(part for part in (by_number, by_name) if part)
    return by_number or by_name or every_day


def _days_of_month(days: FieldExpression) -> str:
    """Where a list holds nothing but `L`, there is no day to name."""
    if isinstance(days, Last):
        before = days.days_before or 0
        if not before:
            return "on the last day of the month"
        return f"{before} day{'s' if before > 1 else ''} before the last day of the month"
    numbers = sorted(set(numbers_of(days, DAY, 31)))
    if len(numbers) == 31:
        return "every day"
    step = _rhythm(numbers)
    if step == 1:
        return f"on days {numbers[0]} to {numbers[-1]} of the month"
    if step is not None and len(numbers) > 3:
        return f"every {step} days from day {numbers[0]} to day {numbers[-1]} of the month"
    plural = "s" if len(numbers) > 1 else ""
    return f"on day{plural} {_and([str(day) for day in numbers])} of the month" if numbers else ""


def _weekdays(weekdays: FieldExpression) -> str:
    numbers = tuple(sorted({number % 7 for number in numbers_of(weekdays, WEEKDAY, 0)}))
    if len(numbers) == 7:
        return "every day"
    if numbers == _WORK_DAYS:
        return "every weekday"
    if numbers == _WEEKEND:
        return "every Saturday and Sunday"
    from_monday = sorted(number - 1 if number else 6 for number in numbers)
    return f"every {_and([day_name[day] for day in from_monday])}"


def _months(months: Sequence[int]) -> str:
    if len(months) == 12:
        return ""
    if _rhythm(months) == 1:
        return f"from {month_name[months[0]]} to {month_name[months[-1]]}"
    return f"in {_and([month_name[month] for month in months])}"


def _one_date(line: CronLine) -> str | None:
    """The one day of the year, where it is one."""
    numbers = () if isinstance(line.days, Last) else tuple(set(numbers_of(line.days, DAY, 31)))
    if not isinstance(line.weekdays, Anything) or len(line.months) != 1 or len(numbers) != 1:
        return None
    return f"{numbers[0]} {month_name[line.months[0]]}"


def _rhythm(numbers: Sequence[int]) -> int | None:
    """The one step between all of three or more numbers."""
    steps = {later - earlier for earlier, later in pairwise(numbers)}
    return steps.pop() if len(steps) == 1 and len(numbers) > 2 else None


def _is_round(numbers: Sequence[int], size: int) -> bool:
    """Whether the step from the last number to the first of the next round is the same as all others."""
    gaps = {later - earlier for earlier, later in pairwise([*numbers, numbers[0] + size])}
    return len(gaps) == 1 and len(numbers) > 1


def _clock(hour: int, minute: int, second: int = 0) -> str:
    return f"{hour:02d}:{minute:02d}" + (f":{second:02d}" if second else "")


def _and(texts: Sequence[str]) -> str:
    if len(texts) > _MOST_LISTED:
        texts = [*texts[: _MOST_LISTED - 2], f"{len(texts) - _MOST_LISTED + 2} more"]
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} and {texts[-1]}"
