"""Filters of numbers and of formats."""

from __future__ import annotations

import re
import struct
from decimal import Decimal, InvalidOperation
from typing import Any

from tiercel_engine.expressions.arguments import cast_text
from tiercel_engine.expressions.equality import is_number
from tiercel_engine.expressions.errors import JavaError, PebbleError
from tiercel_engine.expressions.java.decimal_format import number_pattern
from tiercel_engine.expressions.java.string_format import formatted
from tiercel_engine.expressions.registry import Arguments, Run, filter_unit
from tiercel_engine.expressions.texts import double_text, java_text
from tiercel_engine.expressions.values import (
    INT_MAX,
    INT_MIN,
    LONG_MAX,
    LONG_MIN,
    BigInteger,
    JavaFloat,
    Long,
    is_string,
    java_class,
)

_WHOLE = re.compile(r"[+-]?[0-9]{1,1000}")
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,5})?")
_HEX = re.compile(r"([+-]?)(?:0[xX]|#)([0-9a-fA-F]{1,500})")


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
        return _guessed(str(value))
    name = java_text(kind).upper()
    if name not in _KINDS:
        message = f"No enum constant io.kestra.core.runners.pebble.filters.NumberFilter.Type.{name}"
        raise JavaError("IllegalArgumentException", message)
    return _KINDS[name](str(value))


def _not_a_number(text: str) -> JavaError:
    return JavaError("NumberFormatException", f'For input string: "{text}"')


def _whole_between(text: str, low: int, high: int) -> int:
    if not _WHOLE.fullmatch(text):
        raise _not_a_number(text)
    value = int(text)
    if not low <= value <= high:
        suffix = " under radix 10" if (low, high) == (INT_MIN, INT_MAX) else ""
        raise JavaError("NumberFormatException", f'For input string: "{text}"{suffix}')
    return value


def _double(text: str) -> float:
    stripped = text.strip().rstrip("dDfF") if text.strip() not in ("NaN", "Infinity", "-Infinity") else text.strip()
    if stripped in ("NaN", "Infinity", "-Infinity", "+Infinity"):
        return float(stripped.replace("Infinity", "inf"))
    if not stripped:
        raise JavaError("NumberFormatException", "empty String")
    if not _DECIMAL.fullmatch(stripped):
        raise _not_a_number(text)
    return float(stripped)


def _float(text: str) -> JavaFloat:
    value = _double(text)
    try:
        return JavaFloat(struct.unpack("f", struct.pack("f", value))[0])
    except OverflowError:
        return JavaFloat(float("inf") if value > 0 else float("-inf"))


def _decimal(text: str) -> Decimal:
    if not _DECIMAL.fullmatch(text):
        raise JavaError("NumberFormatException")
    try:
        return Decimal(text)
    except InvalidOperation:
        raise JavaError("NumberFormatException") from None


def _big_integer(text: str) -> int:
    if not _WHOLE.fullmatch(text):
        raise _not_a_number(text)
    return BigInteger(int(text))


_KINDS: dict[str, Any] = {
    "INT": lambda text: _whole_between(text, INT_MIN, INT_MAX),
    "LONG": lambda text: Long(_whole_between(text, LONG_MIN, LONG_MAX)),
    "FLOAT": _float,
    "DOUBLE": _double,
    "BIGDECIMAL": _decimal,
    "BIGINTEGER": _big_integer,
}


def _guessed(text: str) -> Any:
    """The smallest type that holds the number."""
    if not text.strip():
        raise JavaError("NumberFormatException", "A blank string is not a valid number")
    hexadecimal = _HEX.fullmatch(text)
    if hexadecimal:
        value = int(hexadecimal[2], 16)
        return -value if hexadecimal[1] == "-" else value
    if _WHOLE.fullmatch(text):
        return int(text)
    if text[-1] in "lL" and _WHOLE.fullmatch(text[:-1]):
        return Long(int(text[:-1]))
    if text[-1] in "fF" and _DECIMAL.fullmatch(text[:-1]):
        return _float(text[:-1])
    if text[-1] in "dD" and _DECIMAL.fullmatch(text[:-1]):
        return float(text[:-1])
    if not _DECIMAL.fullmatch(text):
        raise JavaError("NumberFormatException", f"{text} is not a valid number.")
    exact, single, double = Decimal(text), _float(text), float(text)
    is_zero = exact == 0
    if abs(single) != float("inf") and (bool(single) or is_zero) and double_text(single) == double_text(double):
        return single
    if abs(double) != float("inf") and (bool(double) or is_zero) and Decimal(repr(double)) == exact:
        return double
    return exact
