"""The operators `+ - * / %` and unary minus with Java's types: Long wraps around, a Double wins."""

from __future__ import annotations

import math
import re
import struct
from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Literal

from tiercel_engine.expressions.equality import as_double, contains_equal, is_number, java_equals
from tiercel_engine.expressions.errors import JavaError
from tiercel_engine.expressions.texts import java_text
from tiercel_engine.expressions.values import JavaFloat, Long, SafeString, is_collection, is_list, is_string, java_class

if TYPE_CHECKING:
    from collections.abc import Callable

_DECIMAL128 = Context(prec=34, rounding=ROUND_HALF_EVEN)
# Both sides were Doubles once, so no sum has more digits.
_EXACT = Context(prec=1_500)
_LONG = re.compile(r"[+-]?[0-9]{1,30}")
_DOUBLE = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,9})?[dDfF]?")

Operation = Literal["+", "-", "*", "/", "%"]


def combine(operation: Operation, left: Any, right: Any) -> Any:
    """One arithmetic step; texts that are numbers count as such. Raises JavaError for others and for `/ by zero`.

    The widest type decides: BigDecimal, Double, Float, Long; two Integers are reckoned in 32 bits and give a Long.
    """
    left, right = _number(left), _number(right)
    if isinstance(left, Decimal) or isinstance(right, Decimal):
        return _decimal(operation, _as_decimal(left), _as_decimal(right))
    kinds = {java_class(left), java_class(right)}
    if "java.lang.Double" in kinds:
        return _DOUBLES[operation](as_double(left), as_double(right))
    if "java.lang.Float" in kinds:
        return _single(_DOUBLES[operation](as_double(left), as_double(right)))
    bits = 64 if "java.lang.Long" in kinds else 32
    return Long(wrapped(_LONGS[operation](wrapped(int(left), bits), wrapped(int(right), bits)), bits))


def negate(value: Any) -> Any:
    """Unary minus."""
    return combine("*", -1, value)


def affirm(value: Any) -> Any:
    """Unary plus."""
    return combine("*", 1, value)


def add(left: Any, right: Any) -> Any:
    """`+`: texts are joined, lists grow, numbers are added. A list comes back as a new list."""
    if isinstance(left, str) or isinstance(right, str):
        # A Character alone is neither text nor number.
        if not any(is_string(side) or isinstance(side, SafeString) for side in (left, right)):
            return [*left, right] if is_list(left) else combine("+", left, right)
        return f"{java_text(left)}{java_text(right)}"
    if is_list(left):
        return [*left, *right] if is_collection(right) else [*left, right]
    return combine("+", left, right)


def subtract(left: Any, right: Any) -> Any:
    """`-`: elements are taken out of a list, numbers are subtracted. A list comes back as a new list."""
    if is_list(left):
        if is_collection(right):
            return [item for item in left if not contains_equal(right, item)]
        rest = list(left)
        for index, item in enumerate(rest):
            if java_equals(item, right):
                del rest[index]
                break
        return rest
    return combine("-", left, right)


def wrapped(value: int, bits: int = 64) -> int:
    """A whole number cut to 64 or 32 bits, as Java overflows."""
    half = 1 << (bits - 1)
    if -half <= value < half:
        return value
    return (value + half) % (2 * half) - half


def _single(value: float) -> JavaFloat:
    try:
        return JavaFloat(struct.unpack("f", struct.pack("f", value))[0])
    except OverflowError:
        return JavaFloat(math.copysign(math.inf, value))


def _number(value: Any) -> Any:
    if is_number(value):
        return value
    if type(value) is str:
        return _parsed(value)
    raise JavaError("IllegalArgumentException", f"Cannot convert to Number: {java_text(value)}")


def _parsed(text: str) -> float | Long:
    if any(mark in text for mark in ".eE"):
        if _DOUBLE.fullmatch(text.strip()):
            return float(text.strip().rstrip("dDfF"))
    elif _LONG.fullmatch(text) and -(2**63) <= int(text) < 2**63:
        return Long(text)
    raise JavaError("NumberFormatException", f'For input string: "{text}"')


def _as_decimal(value: Any) -> Decimal:
    # Java goes by way of a Double, whatever the digits were.
    number = as_double(value)
    if not math.isfinite(number):
        raise JavaError("NumberFormatException", "Infinite or NaN")
    return Decimal(java_text(number))


def _decimal(operation: Operation, left: Decimal, right: Decimal) -> Decimal:
    if operation in "/%" and right == 0:
        raise JavaError("ArithmeticException", "/ by zero" if left else "Division undefined")
    match operation:
        case "+":
            return _EXACT.add(left, right)
        case "-":
            return _EXACT.subtract(left, right)
        case "*":
            return _DECIMAL128.multiply(left, right)
        case "/":
            return _DECIMAL128.divide(left, right)
        case "%":
            try:
                return _DECIMAL128.remainder(left, right)
            except InvalidOperation:
                raise JavaError("ArithmeticException", "Division impossible") from None


def _divide_longs(left: int, right: int) -> int:
    if right == 0:
        raise JavaError("ArithmeticException", "/ by zero")
    quotient = abs(left) // abs(right)
    return quotient if (left < 0) == (right < 0) else -quotient


def _remainder_longs(left: int, right: int) -> int:
    if right == 0:
        raise JavaError("ArithmeticException", "/ by zero")
    return int(math.copysign(1, left)) * (abs(left) % abs(right))


def _divide_doubles(left: float, right: float) -> float:
    if right == 0:
        if left == 0 or math.isnan(left):
            return math.nan
        return math.copysign(math.inf, left) * math.copysign(1, right)
    return left / right


def _remainder_doubles(left: float, right: float) -> float:
    if right == 0 or math.isinf(left) or math.isnan(left) or math.isnan(right):
        return math.nan
    return math.fmod(left, right)


def _multiply_doubles(left: float, right: float) -> float:
    return left * right


_LONGS: dict[Operation, Callable[[int, int], int]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": _divide_longs,
    "%": _remainder_longs,
}
_DOUBLES: dict[Operation, Callable[[float, float], float]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": _multiply_doubles,
    "/": _divide_doubles,
    "%": _remainder_doubles,
}
