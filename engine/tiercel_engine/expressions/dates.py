"""Dates as filters and functions take them: from any value to a moment, and to text."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from tiercel_engine.expressions.arguments import cast_text
from tiercel_engine.expressions.java.date_parsing import parse_by_pattern
from tiercel_engine.expressions.java.date_printing import format_moment
from tiercel_engine.expressions.java.moments import Moment, from_datetime, from_nanos, parse_moment
from tiercel_engine.expressions.java.zones import Zone, zone
from tiercel_engine.expressions.values import java_class

if TYPE_CHECKING:
    from tiercel_engine.expressions.registry import Arguments, Run


def chosen_zone(arguments: Arguments, run: Run) -> Zone:
    """The zone of the argument `timeZone`, else that of the server."""
    name = arguments.get("timeZone")
    return zone(run.services.zone() if name is None else cast_text(name))


def moment_of(value: Any, arguments: Arguments, target: Zone) -> Moment:
    """The moment that a value tells, in its own zone; one without a zone is read in `target`."""
    if isinstance(value, dt.datetime):
        return from_datetime(value, target)
    if isinstance(value, dt.date):
        return from_datetime(dt.datetime.combine(value, dt.time(12)), target)
    if java_class(value) == "java.lang.Long":
        return from_nanos(_nanos(int(value)), target)
    pattern = arguments.get("existingFormat")
    if pattern is not None:
        locale = arguments.get("locale")
        text = cast_text(value)
        return parse_by_pattern(text, cast_text(pattern), target, None if locale is None else cast_text(locale))
    return parse_moment(cast_text(value), target)


def _nanos(number: int) -> int:
    """Nanoseconds since 1970: a number of 13 digits counts milliseconds, one of 19 nanoseconds, any other seconds.

    Of 19 digits Kestra takes the last six for microseconds.
    """
    match len(str(abs(number))):
        case 13:
            return number * 1_000_000
        case 19:
            return number // 1_000_000_000 * 1_000_000_000 + number % 1_000_000 * 1_000
        case _:
            return number * 1_000_000_000


def date_text(moment: Moment, arguments: Arguments) -> str:
    """The moment by the arguments `format` and `locale`."""
    chosen, locale = arguments.get("format"), arguments.get("locale")
    return format_moment(
        moment, "iso" if chosen is None else cast_text(chosen), None if locale is None else cast_text(locale)
    )
