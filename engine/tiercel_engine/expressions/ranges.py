"""Ranges of numbers and letters, both ends included."""

from __future__ import annotations

from typing import Any

from tiercel_engine.expressions.errors import JavaError, LimitError, PebbleError
from tiercel_engine.expressions.limits import MAX_OUTPUT, MAX_RANGE
from tiercel_engine.expressions.values import Long, java_class


def inclusive_range(start: Any, end: Any, increment: Any, *, bounded: bool) -> list[Any]:
    """The numbers or letters from `start` to `end`.

    `bounded` holds it to Kestra's limit; without it only memory does. Raises JavaError for what is no range.
    """
    step = _whole(increment, "increment")
    if step == 0:
        raise PebbleError("The increment of a range must not be 0")
    if isinstance(start, str) and isinstance(end, str) and len(start) == 1 and len(end) == 1:
        codes = range(ord(start), ord(end) + (1 if step > 0 else -1), step)
        return [chr(code) for code in codes]
    first, last = _whole(start, "start"), _whole(end, "end")
    numbers = range(first, last + (1 if step > 0 else -1), step)
    count = max(0, (last - first) // step + 1) if (last - first) * step >= 0 else 0
    if count > (MAX_RANGE if bounded else MAX_OUTPUT):
        raise LimitError(
            f"The range function cannot produce more than {MAX_RANGE} elements, but this call would produce {count}."
        )
    return [Long(number) for number in numbers]


def _whole(value: Any, what: str) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return int(value)
    if isinstance(value, float) and value == int(value):
        return int(value)
    raise JavaError(
        "ClassCastException" if isinstance(value, str) else "IllegalArgumentException",
        f"The {what} of a range must be a whole number, not {java_class(value)}",
    )
