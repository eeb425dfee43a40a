"""Scalars as Java prints them, where a value turns into text."""

from __future__ import annotations

import math
import struct
from decimal import Decimal
from typing import Any


def as_java_text(value: Any) -> str:
    """`true` and `false`, `null`, numbers as Java's `toString`; other values by `str`."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return double_text(value)
    return str(value)


def double_text(value: float) -> str:
    """A double as `Double.toString` prints it: `1.0`, `1.0E-7`, `Infinity`, `NaN`."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        return repr(value)
    sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    power = len(digits) - 1 + int(exponent)
    tail = "".join(map(str, digits[1:])) or "0"
    return f"{'-' if sign else ''}{digits[0]}.{tail}E{power}"


def as_single(value: float) -> float:
    """The double whose text is that of the nearest 32-bit float: 0.1 stays 0.1."""
    if math.isinf(value) or math.isnan(value):
        return value
    try:
        packed = struct.pack("<f", value)
    except OverflowError:
        return math.copysign(math.inf, value)
    single = float(struct.unpack("<f", packed)[0])
    for precision in range(1, 10):
        candidate = float(format(single, f".{precision}g"))
        try:
            if struct.pack("<f", candidate) == packed:
                return candidate
        except OverflowError:
            continue
    return single
