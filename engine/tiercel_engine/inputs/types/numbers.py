"""INT, FLOAT, BOOL and its old name BOOLEAN."""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Iterable
from typing import Any

from tiercel_engine.expressions.texts import java_text
from tiercel_engine.inputs.registry import Conversion, Unchecked, input_kind
from tiercel_schemas.model.inputs import FloatInput, InputType, IntInput

_INT = re.compile(r"[+-]?[0-9]{1,20}")
_FLOAT = re.compile(r"\s*([+-]?(?:NaN|Infinity|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?))[fFdD]?\s*")


@input_kind(InputType.INT)
class Int:
    """A whole number of 32 bits."""

    def convert(self, value: Any, conversion: Conversion) -> int:
        """The number; refuses fractions and what needs more bits."""
        text = java_text(value)
        number = int(text) if _INT.fullmatch(text) else None
        if number is None or not -(2**31) <= number < 2**31:
            raise conversion.cannot(text, "Integer", f'For input string: "{text}"')
        return number

    def check(self, declared: IntInput, value: int) -> Iterable[str]:
        """Both limits are included."""
        return _outside(declared.min, declared.max, value)


@input_kind(InputType.FLOAT)
class Float:
    """A number, rounded to 32 bits as Kestra keeps it."""

    def convert(self, value: Any, conversion: Conversion) -> float:
        """The number; refuses other text."""
        text = java_text(value)
        match = _FLOAT.fullmatch(text)
        if match is None:
            raise conversion.cannot(text, "Float", f'For input string: "{text.strip()}"')
        return as_single(float(match[1]))

    def check(self, declared: FloatInput, value: float) -> Iterable[str]:
        """Both limits are included."""
        return _outside(declared.min, declared.max, value)


@input_kind(InputType.BOOL, InputType.BOOLEAN)
class Bool(Unchecked):
    """True or false."""

    def convert(self, value: Any, conversion: Conversion) -> bool:  # noqa: ARG002
        """True for true and for the word in any case, else false."""
        return value is True or java_text(value).lower() == "true"


def _outside(low: float | None, high: float | None, value: float) -> Iterable[str]:
    if low is not None and value < low:
        yield f"it must be more than `{java_text(low)}`"
    if high is not None and value > high:
        yield f"it must be less than `{java_text(high)}`"


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
