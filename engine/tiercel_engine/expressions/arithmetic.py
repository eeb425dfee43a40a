"""The operators `+ - * / %` and unary minus with Java's types: Long wraps around, a Double wins."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from tiercel_engine.expressions.equality import contains_equal, is_number, java_equals
from tiercel_engine.expressions.errors import JavaError
from tiercel_engine.expressions.texts import java_text
from tiercel_engine.expressions.values import Long

if TYPE_CHECKING:
    from collections.abc import Callable

Operation = Literal["+", "-", "*", "/", "%"]


def combine(operation: Operation, left: Any, right: Any) -> Any:
    """One arithmetic step on numbers. Raises JavaError for what is no number and for a division by zero."""
    left, right = _number(left), _number(right)
    if isinstance(left, Decimal) or isinstance(right, Decimal):
        return _decimal(operation, _as_decimal(left), _as_decimal(right))
    if isinstance(left, float) or isinstance(right, float):
        return _DOUBLES[operation](float(left), float(right))
    return Long(wrapped(_LONGS[operation](int(left), int(right))))


def negate(value: Any) -> Any:
    """Unary minus."""
    number = _number(value)
    if isinstance(number, float):
        return -float(number)
    return -number if isinstance(number, Decimal) else Long(wrapped(-int(number)))


def add(left: Any, right: Any) -> Any:
    """`+`: texts are joined, lists grow, numbers are added. A list comes back as a new list."""
    if isinstance(left, str) or isinstance(right, str):
        return f"{java_text(left)}{java_text(right)}"
    if isinstance(left, list):
        return [*left, *right] if isinstance(right, list) else [*left, right]
    return combine("+", left, right)


def subtract(left: Any, right: Any) -> Any:
    """`-`: elements are taken out of a list, numbers are subtracted. A list comes back as a new list."""
    if isinstance(left, list):
        if isinstance(right, list):
            return [item for item in left if not contains_equal(right, item)]
        rest = list(left)
        for index, item in enumerate(rest):
            if java_equals(item, right):
                del rest[index]
                break
        return rest
    return combine("-", left, right)


def wrapped(value: int) -> int:
    """A whole number cut to 64 bits, as Java's long overflows."""
    if -(2**63) <= value < 2**63:
        return value
    return (value + 2**63) % 2**64 - 2**63


def _number(value: Any) -> Any:
    if is_number(value):
        return value
    raise JavaError("IllegalArgumentException", f"Cannot convert to Number: {java_text(value)}")


def _as_decimal(value: Any) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(java_text(value))


def _decimal(operation: Operation, left: Decimal, right: Decimal) -> Decimal:
    if operation in "/%" and right == 0:
        raise JavaError("ArithmeticException", "/ by zero" if left else "Division undefined")
    match operation:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case "/":
            return left / right
        case "%":
            return left % right


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
