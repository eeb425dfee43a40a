"""Filters of numbers and of formats."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tiercel_engine.expressions.arguments import cast_text
from tiercel_engine.expressions.equality import is_number
from tiercel_engine.expressions.errors import PebbleError
from tiercel_engine.expressions.java import number_reading
from tiercel_engine.expressions.java.decimal_format import number_pattern
from tiercel_engine.expressions.java.string_format import formatted
from tiercel_engine.expressions.registry import Arguments, Run, filter_unit
from tiercel_engine.expressions.texts import java_text
from tiercel_engine.expressions.values import is_string, java_class

if TYPE_CHECKING:
    from collections.abc import Callable


@filter_unit("abs")
def absolute(value: Any, _arguments: Arguments, _run: Run) -> Any:
    """The number without its sign."""
    if value is None:
        raise PebbleError('Can not pass null value to "abs" filter.')
    if not is_number(value):
        raise PebbleError("The 'abs' filter does require as input a number.")
    return type(value)(abs(value))


@filter_unit("numberFormat")
def number_format(value: Any, arguments: Arguments, _run: Run) -> Any:
    """A number by a pattern of DecimalFormat."""
    if value is None:
        return None
    if not is_number(value):
        raise PebbleError("The input for the 'NumberFormat' filter has to be a number.")
    pattern = arguments.get("format")
    return number_pattern("#,##0.###" if pattern is None else cast_text(pattern)).format(value)


@filter_unit("format")
def format_(value: Any, arguments: Arguments, _run: Run) -> Any:
    """Text with its specifiers filled in."""
    return None if value is None else formatted(java_text(value), arguments.get("args", []))


@filter_unit("number")
def number(value: Any, arguments: Arguments, _run: Run) -> Any:
    """Text read as a number."""
    if value is None:
        return None
    if not is_string(value):
        raise PebbleError(f"'number' filter can only be applied to String. Actual type was: {java_class(value)}")
    kind = arguments.get("type")
    if kind is None:
        return number_reading.guessed(str(value))
    # A type by another name counts as none.
    return _KINDS.get(java_text(kind), number_reading.guessed)(str(value))


_KINDS: dict[str, Callable[[str], Any]] = {
    "INT": number_reading.integer,
    "LONG": number_reading.long,
    "FLOAT": number_reading.single,
    "DOUBLE": number_reading.double,
    "BIGDECIMAL": number_reading.big_decimal,
    "BIGINTEGER": number_reading.big_integer,
}
