"""Equality and order of values."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

from tiercel_engine.expressions.errors import JavaError
from tiercel_engine.expressions.texts import java_text
from tiercel_engine.expressions.values import check_size, is_string, java_class


def java_equals(left: Any, right: Any) -> bool:
    """Java's `equals`: an Integer never equals a Long."""
    check_size(left)
    check_size(right)
    return _equals(left, right)


def _equals(left: Any, right: Any) -> bool:
    if left is right or left is None or right is None:
        return left is right
    if isinstance(left, list | tuple) and isinstance(right, list | tuple):
        return len(left) == len(right) and all(map(_equals, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return len(left) == len(right) and all(
            key in right and _equals(value, right[key]) for key, value in left.items()
        )
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return left.as_tuple() == right.as_tuple()
    return java_class(left) == java_class(right) and bool(left == right)


def is_number(value: Any) -> bool:
    """Whether it is a number to Java, which a boolean isn't."""
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def loosely_equals(left: Any, right: Any) -> bool:
    """The operator `==`: numbers by value whatever their types."""
    if is_number(left) and is_number(right):
        return as_double(left) == as_double(right)
    return java_equals(left, right)


def as_double(value: Any) -> float:
    """A number as Java's `doubleValue` gives it."""
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def compare(left: Any, right: Any, operation: str, *, texts_have_order: bool) -> int:
    """-1, 0 or 1. Raises for what can't be compared; `operation` is Java's name of the operator."""
    if texts_have_order and is_string(left) and is_string(right):
        return compare_texts(left, right)
    if is_number(left) and is_number(right):
        first, second = as_double(left), as_double(right)
        return (first > second) - (first < second)
    raise JavaError("RuntimeException", f"invalid operands for mathematical comparison [{operation}]")


def compare_texts(left: str, right: str) -> int:
    """Java's order of texts: by UTF-16 code units."""
    if left.isascii() and right.isascii():
        return (left > right) - (left < right)
    first, second = left.encode("utf-16-be", "surrogatepass"), right.encode("utf-16-be", "surrogatepass")
    return (first > second) - (first < second)


def contains_equal(items: Any, wanted: Any) -> bool:
    """Whether a collection has an element that Java calls equal."""
    return any(java_equals(item, wanted) for item in items)


def same_text(left: Any, right: Any) -> bool:
    """Whether two values have the same Java text."""
    return java_text(left) == java_text(right)
