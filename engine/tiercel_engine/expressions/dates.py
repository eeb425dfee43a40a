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

_DIGITS_TO_NANOS = {13: 1_000_000, 16: 1_000, 19: 1}


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
        factor = _DIGITS_TO_NANOS.get(len(str(int(value))), 1_000_000_000)
        return from_nanos(int(value) * factor, target)
    pattern = arguments.get("existingFormat")
    if pattern is not None:
        locale = arguments.get("locale")
        text = cast_text(value)
        return parse_by_pattern(text, cast_text(pattern), target, None if locale is None else cast_text(locale))
    return parse_moment(cast_text(value), target)


def date_text(moment: Moment, arguments: Arguments) -> str:
    """The moment by the arguments `format` and `locale`."""
    chosen, locale = arguments.get("format"), arguments.get("locale")
    return format_moment(
        moment, "iso" if chosen is None else cast_text(chosen), None if locale is None else cast_text(locale)
    )
