"""What units ask of their arguments."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from tiercel_engine.expressions.errors import JavaError, PebbleError
from tiercel_engine.expressions.values import INT_MAX, INT_MIN, is_list, is_string, java_class

if TYPE_CHECKING:
    from tiercel_engine.expressions.registry import Arguments

_JAVA_BASE = "java.base of loader 'bootstrap'"
_MISSING = object()


def needed(arguments: Arguments, name: str, message: str) -> Any:
    """An argument that must be given. Raises PebbleError with `message` without it."""
    value = arguments.get(name, _MISSING)
    if value is _MISSING or value is None:
        raise PebbleError(message)
    return value


def class_cast(value: Any, wanted: str) -> JavaError:
    """Java's complaint that a value is not of the class `wanted`."""
    actual = java_class(value)
    if actual.startswith(("java.", "[")):
        where = f"{actual} and {wanted} are in module {_JAVA_BASE}"
    else:
        where = f"{actual} is in unnamed module of loader 'app'; {wanted} is in module {_JAVA_BASE}"
    return JavaError("ClassCastException", f"class {actual} cannot be cast to class {wanted} ({where})")


def cast_text(value: Any) -> str:
    """The value when it is a text. Raises JavaError ClassCastException."""
    if is_string(value):
        return str(value)
    raise class_cast(value, "java.lang.String")


def cast_list(value: Any) -> list[Any]:
    """The value when it is a list. Raises JavaError ClassCastException."""
    if isinstance(value, list) and is_list(value):
        return value
    raise class_cast(value, "java.util.List")


def whole_number(value: Any) -> int:
    """The value when it is a whole number. Raises JavaError ClassCastException."""
    if isinstance(value, int) and not isinstance(value, bool):
        return int(value)
    raise class_cast(value, "java.lang.Long")


def int_value(number: Any) -> int:
    """A number as Java's `intValue` gives it: whole numbers wrap around, others are cut and kept within bounds."""
    if isinstance(number, float):
        if math.isnan(number):
            return 0
        return int(max(INT_MIN, min(INT_MAX, number)))
    return (int(number) - INT_MIN) % 2**32 + INT_MIN


def truth_of(value: Any) -> bool:
    """The value when it is a boolean. Raises JavaError ClassCastException."""
    if isinstance(value, bool):
        return value
    raise class_cast(value, "java.lang.Boolean")
