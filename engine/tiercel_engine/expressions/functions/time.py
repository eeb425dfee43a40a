"""Functions of dates."""

from __future__ import annotations

import calendar
import datetime as dt
from typing import Any

from tiercel_engine.expressions.dates import chosen_zone, date_text
from tiercel_engine.expressions.errors import JavaError, PebbleError
from tiercel_engine.expressions.java.moments import from_datetime, parse_moment
from tiercel_engine.expressions.java.zones import UTC
from tiercel_engine.expressions.registry import Arguments, Run, function_unit
from tiercel_engine.expressions.texts import java_text

_DAYS = tuple(name.upper() for name in calendar.day_name)
_POSITIONS = ("FIRST", "SECOND", "THIRD", "FOURTH", "LAST")


@function_unit("now")
def now(arguments: Arguments, run: Run) -> str:
    """The current moment as text."""
    return date_text(from_datetime(run.services.now(), chosen_zone(arguments, run)), arguments)


def _local(arguments: Arguments, name: str) -> dt.datetime:
    """The local time of the argument `date`."""
    if "date" not in arguments:
        raise PebbleError(f"The '{name}()' function expects an argument 'date'.")
    value = arguments["date"]
    if value is None:
        raise PebbleError(f"The '{name}()' function expects a 'date' argument.")
    if isinstance(value, dt.datetime):
        return value.replace(tzinfo=None)
    if isinstance(value, dt.date):
        return dt.datetime.combine(value, dt.time())
    try:
        return parse_moment(java_text(value), UTC).local
    except JavaError as error:
        text = f"java.time.format.DateTimeParseException: {error.message}"
        cause = JavaError("InternalException", text, error)
        raise PebbleError(f"The '{name}()' function could not parse 'date': {text}", cause) from None


@function_unit("dayOfWeek")
def day_of_week(arguments: Arguments, _run: Run) -> str:
    """The name of the day."""
    return _DAYS[_local(arguments, "dayOfWeek").weekday()]


@function_unit("dayOfMonth")
def day_of_month(arguments: Arguments, _run: Run) -> int:
    """The day of the month."""
    return _local(arguments, "dayOfMonth").day


@function_unit("monthOfYear")
def month_of_year(arguments: Arguments, _run: Run) -> int:
    """The month."""
    return _local(arguments, "monthOfYear").month


@function_unit("hourOfDay")
def hour_of_day(arguments: Arguments, _run: Run) -> int:
    """The hour."""
    return _local(arguments, "hourOfDay").hour


@function_unit("isWeekend")
def is_weekend(arguments: Arguments, _run: Run) -> bool:
    """Whether it is a Saturday or Sunday."""
    return _local(arguments, "isWeekend").weekday() >= 5


@function_unit("isDayWeekInMonth")
def is_day_week_in_month(arguments: Arguments, _run: Run) -> bool:
    """Whether it is a given day of its month."""
    date = _local(arguments, "isDayWeekInMonth")
    day = _named(arguments, "dayOfWeek", _DAYS)
    position = _named(arguments, "position", _POSITIONS)
    if date.weekday() != day:
        return False
    if position == len(_POSITIONS) - 1:
        return date.day + 7 > calendar.monthrange(date.year, date.month)[1]
    return (date.day - 1) // 7 == position


def _named(arguments: Arguments, name: str, words: tuple[str, ...]) -> int:
    value = arguments.get(name)
    if value is None:
        raise PebbleError(f"The 'isDayWeekInMonth()' function expects an argument '{name}'.")
    word = java_text(value).upper()
    if word not in words:
        raise PebbleError(f"The 'isDayWeekInMonth()' function could not parse '{name}': {java_text(value)}")
    return words.index(word)


@function_unit("isLastWorkingDay")
def is_last_working_day(arguments: Arguments, _run: Run) -> bool:
    """Whether no working day of the month comes after it."""
    date = _local(arguments, "isLastWorkingDay").date()
    working = _working_days(arguments.get("workingDays"))
    if date.weekday() not in working:
        return False
    last = calendar.monthrange(date.year, date.month)[1]
    return all(date.replace(day=day).weekday() not in working for day in range(date.day + 1, last + 1))


def _working_days(days: Any) -> set[int]:
    if days is None:
        return {0, 1, 2, 3, 4}
    names = days if isinstance(days, list) else [days]
    numbers: set[int] = set()
    for day in names:
        word = java_text(day).upper()
        if word not in _DAYS:
            raise PebbleError(f"The 'isLastWorkingDay()' function could not parse 'workingDays': {java_text(day)}")
        numbers.add(_DAYS.index(word))
    return numbers


@function_unit("isPublicHoliday")
def is_public_holiday(arguments: Arguments, _run: Run) -> bool:
    """Whether it is a public holiday of a country."""
    import holidays

    date = _local(arguments, "isPublicHoliday").date()
    country, region = arguments.get("countryCode"), arguments.get("subDivision")
    # Without a country the server's locale decides.
    code = "US" if country is None else java_text(country).upper()
    try:
        known = holidays.country_holidays(
            code, subdiv=None if region is None else java_text(region).upper(), years=date.year
        )
    except NotImplementedError:
        raise PebbleError(f"The public holidays of '{code}' are not known.") from None
    return date in known
