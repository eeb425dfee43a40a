"""Filters of dates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tiercel_engine.expressions.arguments import cast_text, needed
from tiercel_engine.expressions.dates import chosen_zone, date_text, moment_of
from tiercel_engine.expressions.equality import is_number
from tiercel_engine.expressions.errors import PebbleError
from tiercel_engine.expressions.registry import Arguments, Run, filter_unit
from tiercel_engine.expressions.texts import java_text
from tiercel_engine.expressions.values import LONG_MAX, LONG_MIN, Long

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiercel_engine.expressions.java.moments import Moment


@filter_unit("date")
def date(value: Any, arguments: Arguments, run: Run) -> Any:
    """A date as text."""
    if value is None:
        return None
    target = chosen_zone(arguments, run)
    return date_text(moment_of(value, arguments, target).in_zone(target), arguments)


@filter_unit("dateAdd")
def date_add(value: Any, arguments: Arguments, run: Run) -> Any:
    """A date moved by an amount of a unit, as text."""
    if value is None:
        return None
    amount = needed(arguments, "amount", "The 'dateAdd' filter expects an argument 'amount'.")
    unit = needed(arguments, "unit", "The 'dateAdd' filter expects an argument 'unit'.")
    target = chosen_zone(arguments, run)
    moment = moment_of(value, arguments, target).plus(_long(amount), cast_text(unit))
    return date_text(moment.in_zone(target), arguments)


def _long(amount: Any) -> int:
    """A number cut to a whole one, or a text that is one."""
    if is_number(amount):
        return int(amount)
    try:
        return int(java_text(amount))
    except ValueError:
        raise PebbleError(f"{java_text(amount)} can't be converted to long") from None


def _stamp(name: str, measure: Callable[[Moment], Any]) -> None:
    @filter_unit(name)
    def unit(value: Any, arguments: Arguments, run: Run) -> Any:
        if value is None:
            return None
        return measure(moment_of(value, arguments, chosen_zone(arguments, run)))


_stamp("timestamp", lambda moment: Long(moment.epoch_seconds))
_stamp("timestampMilli", lambda moment: Long(moment.epoch_nanos // 1_000_000))
_stamp("timestampMicro", lambda moment: str(moment.epoch_nanos // 1_000))
_stamp("timestampNano", lambda moment: str(max(LONG_MIN, min(LONG_MAX, moment.epoch_nanos))))
