"""Ranges of numbers and letters, both ends included."""

from __future__ import annotations

import math
from typing import Any

from tiercel_engine.expressions.equality import is_number
from tiercel_engine.expressions.errors import LimitError, PebbleError
from tiercel_engine.expressions.limits import MAX_OUTPUT, MAX_RANGE
from tiercel_engine.expressions.texts import java_text
from tiercel_engine.expressions.values import LONG_MAX, LONG_MIN, Character, Long


def inclusive_range(start: Any, end: Any, increment: Any, *, bounded: bool) -> list[Any]:
    """The numbers or letters from `start` to `end`; numbers are cut to whole ones.

    `bounded` holds it to Kestra's limit; without it only memory does. Raises JavaError for what is no range.
    """
    if not is_number(increment):
        raise PebbleError(f"The increment of the range function must be a number {java_text(increment)}")
    step = _whole(increment)
    if step == 0:
        message = "The increment of the range function must be different than 0"
        raise PebbleError(message)
    if is_number(start) and is_number(end):
        first, last = _whole(start), _whole(end)
        count = max(0, (last - first) // step + 1) if (last - first) * step >= 0 else 0
        _check(count, bounded=bounded)
        return [Long(number) for number in range(first, last + (1 if step > 0 else -1), step)]
    if all(isinstance(bound, str) and len(bound) == 1 for bound in (start, end)):
        return [Character(chr(code)) for code in range(ord(start), ord(end) + (1 if step > 0 else -1), step)]
    raise PebbleError("Arguments of range function must be of type Number or String with a length of 1")


def _check(count: int, *, bounded: bool) -> None:
    if count > (MAX_RANGE if bounded else MAX_OUTPUT):
        raise LimitError(
            f"The range function cannot produce more than {MAX_RANGE} elements, but this call would produce {count}."
        )


def _whole(value: Any) -> int:
    if isinstance(value, float) and not math.isfinite(value):
        return 0 if math.isnan(value) else LONG_MAX if value > 0 else LONG_MIN
    return int(value)
