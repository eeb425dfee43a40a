"""Text read as numbers, as Java's `decode`, `valueOf` and constructors do, and as Commons Lang guesses a type.

All functions raise JavaError NumberFormatException for what is no number.
"""

from __future__ import annotations

import math
import re
import struct
from decimal import Decimal

from tiercel_engine.expressions.errors import JavaError
from tiercel_engine.expressions.java.utf16 import trimmed
from tiercel_engine.expressions.texts import double_text
from tiercel_engine.expressions.values import INT_MAX, INT_MIN, LONG_MAX, LONG_MIN, BigInteger, JavaFloat, Long

_DOUBLE = re.compile(r"([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,1000})?)[dDfF]?")
_ODD = re.compile(r"([+-]?)(NaN|Infinity)")
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,5})?")
_DIGITS = {8: re.compile("[0-7]+"), 10: re.compile("[0-9]+"), 16: re.compile("[0-9a-fA-F]+")}
_MOST_DIGITS = 1_000
_MOST_COMPACT_DIGITS = 18
_GROUP = {8: 10, 10: 9, 16: 7}
_HEX = re.compile(r"[+-]?(?:0[xX]|#)0*(.*)", re.DOTALL)


def _failed(message: str) -> JavaError:
    return JavaError("NumberFormatException", message)


def _bad_input(text: str, radix: int = 10) -> JavaError:
    return _failed(f'For input string: "{text}"' + ("" if radix == 10 else f" under radix {radix}"))


def _parts(text: str) -> tuple[bool, int, str]:
    """Sign, radix and digits: `0x`, `#` and a leading zero tell the radix."""
    is_negative = text.startswith("-")
    rest = text[1:] if text[:1] in ("-", "+") else text
    for mark, radix in (("0x", 16), ("0X", 16), ("#", 16), ("0", 8)):
        if rest.startswith(mark) and (radix == 16 or len(rest) > 1):
            return is_negative, radix, rest[len(mark) :]
    return is_negative, 10, rest


def _decoded(text: str, low: int, high: int) -> int:
    if not text:
        raise _failed("Zero length string")
    is_negative, radix, digits = _parts(text)
    if digits[:1] in ("-", "+") and digits:
        raise _failed("Sign character in wrong position")
    shown = f"-{digits}" if is_negative else digits
    if len(digits) > _MOST_DIGITS or not _DIGITS[radix].fullmatch(digits):
        raise _bad_input(shown, radix)
    value = int(shown, radix)
    if not low <= value <= high:
        raise _bad_input(shown, radix)
    return value


def integer(text: str) -> int:
    """An Integer."""
    return _decoded(text, INT_MIN, INT_MAX)


def long(text: str) -> Long:
    """A Long."""
    return Long(_decoded(text, LONG_MIN, LONG_MAX))


def big_integer(text: str) -> BigInteger:
    """A BigInteger."""
    if not text:
        raise _failed("An empty string is not a valid number")
    is_negative, radix, digits = _parts(text) if text[:1] != "+" else (False, 10, text)
    first = digits.removeprefix("-").removeprefix("+")
    if "-" in first or "+" in first:
        raise _failed("Illegal embedded sign character")
    if not first:
        raise _failed("Zero length BigInteger")
    if not _DIGITS[radix].fullmatch(first):
        raise _bad_input(_bad_group(first, radix), radix)
    if len(first) > _MOST_DIGITS:
        raise _failed("BigInteger would overflow supported range")
    value = int(first, radix)
    return BigInteger(-value if is_negative != digits.startswith("-") else value)


def _bad_group(digits: str, radix: int) -> str:
    """Java reads groups of digits and names the one that it can't read."""
    digits = digits.lstrip("0") or digits
    size = _GROUP[radix]
    start, end = 0, len(digits) % size or size
    while end < len(digits) and _DIGITS[radix].fullmatch(digits[start:end]):
        start, end = end, end + size
    return digits[start:end]


def double(text: str) -> float:
    """A Double."""
    stripped = trimmed(text)
    odd = _ODD.fullmatch(stripped)
    if odd:
        return math.copysign(math.inf if odd[2] == "Infinity" else math.nan, -1 if odd[1] == "-" else 1)
    if not stripped:
        raise _failed("empty String")
    match = _DOUBLE.fullmatch(stripped)
    if not match:
        raise _bad_input(stripped)
    return float(match[1])


def single(text: str) -> JavaFloat:
    """A Float."""
    value = double(text)
    try:
        return JavaFloat(struct.unpack("f", struct.pack("f", value))[0])
    except OverflowError:
        return JavaFloat(math.copysign(math.inf, value))


def big_decimal(text: str) -> Decimal:
    """A BigDecimal."""
    if not text.strip():
        raise _failed("A blank string is not a valid number")
    if _DECIMAL.fullmatch(text):
        return Decimal(text)
    raise _failed(_fault_of_decimal(text))


def _fault_of_decimal(text: str) -> str:
    has_point, digits = False, 0
    is_long = len(text.lstrip("+-")) > _MOST_COMPACT_DIGITS
    for index, character in enumerate(text[1:] if text[0] in "+-" else text, start=text[0] in "+-"):
        if character in "0123456789":
            digits += 1
        elif character == ".":
            if has_point:
                return "Character array contains more than one decimal point."
            has_point = True
        elif character in "eE":
            exponent = text[index + 1 :].lstrip("+-")
            if not exponent:
                return "No exponent digits"
            return "Too many nonzero exponent digits." if exponent.isdigit() and digits else "Not a digit."
        elif is_long:
            return 'Character array is missing "e" notation exponential mark.'
        else:
            kinds = 'a decimal digit number, decimal point, nor "e" notation exponential mark.'
            return f"Character {character} is neither {kinds}"
    return "No digits found."


def guessed(text: str) -> int | float | Decimal:
    """The smallest type that holds the number."""
    if not text.strip():
        raise _failed("A blank string is not a valid number")
    hexadecimal = _HEX.fullmatch(text)
    if hexadecimal:
        return _by_length(text, hexadecimal[1])
    point, power = text.find("."), max(text.find("e"), text.find("E"))
    sound = power >= 0 and (power <= point or ("e" in text and "E" in text))
    if sound or text in ("+", "-"):
        raise _failed(f"{text} is not a valid number.")
    last = text[-1]
    if not last.isdigit() and last != ".":
        return _with_suffix(text, is_whole=point < 0 and power < 0)
    if point < 0 and (power < 0 or power == len(text) - 1):
        for read in (integer, long):
            try:
                return read(text)
            except JavaError:
                continue
        return big_integer(text)
    return _fraction(text)


def _by_length(text: str, digits: str) -> int:
    first = digits[:1]
    if len(digits) > 16 or (len(digits) == 16 and first > "7"):
        return big_integer(text)
    return long(text) if len(digits) > 8 or (len(digits) == 8 and first > "7") else integer(text)


def _with_suffix(text: str, *, is_whole: bool) -> int | float | Decimal:
    invalid = _failed(f"{text} is not a valid number.")
    numeric, suffix = text[:-1], text[-1]
    if suffix in "lL" and is_whole and re.fullmatch("-?[0-9]+", numeric):
        try:
            return long(numeric)
        except JavaError:
            return big_integer(numeric)
    try:
        if suffix in "fF" and _holds(value := single(text), numeric):
            return value
        if suffix in "dDfF":
            exact = double(text)
            return exact if _holds(exact, numeric) else big_decimal(numeric)
    except JavaError:
        raise invalid from None
    raise invalid


def _holds(value: float, text: str) -> bool:
    """Whether neither too much nor too little was left of a number."""
    mantissa = re.split("[eE]", text)[0]
    return math.isfinite(value) and (value != 0 or not mantissa.strip("+-0."))


def _fraction(text: str) -> float | Decimal:
    try:
        narrow, wide = single(text), double(text)
    except JavaError:
        return big_decimal(text)
    if _holds(narrow, text) and double_text(narrow) == double_text(wide):
        return narrow
    exact = big_decimal(text)
    return wide if _holds(wide, text) and exact == Decimal(double_text(wide)) else exact
