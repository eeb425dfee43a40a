"""Java's String.format for texts, numbers and booleans."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import TYPE_CHECKING, Any

from tiercel_engine.expressions.equality import is_number
from tiercel_engine.expressions.errors import JavaError, LimitError
from tiercel_engine.expressions.java.hash_map import java_hash
from tiercel_engine.expressions.limits import MAX_OUTPUT
from tiercel_engine.expressions.texts import java_text
from tiercel_engine.expressions.values import java_class

if TYPE_CHECKING:
    from collections.abc import Sequence

_SPECIFIER = re.compile(
    r"%(?P<index>\d+\$|<)?(?P<flags>[-#+ 0,(]*)(?P<width>\d+)?(?:\.(?P<precision>\d+))?(?P<kind>[a-zA-Z%])"
)
_MAX_WIDTH = 100_000


def formatted(pattern: str, arguments: Sequence[Any]) -> str:
    """The pattern with its specifiers filled in. Raises JavaError as Java's Formatter does."""
    parts: list[str] = []
    position, ordinary, last, size = 0, 0, -1, 0
    while position < len(pattern):
        start = pattern.find("%", position)
        if start < 0:
            break
        match = _SPECIFIER.match(pattern, start)
        if match is None:
            shown = pattern[start + 1 : start + 2] or "%"
            raise JavaError("UnknownFormatConversionException", f"Conversion = '{shown}'")
        parts.append(pattern[position:start])
        position = match.end()
        if match["kind"] in "n%":
            parts.append("\n" if match["kind"] == "n" else _padded("%", match))
            continue
        if match["index"] == "<":
            place = last
        elif match["index"]:
            place = int(match["index"][:-1]) - 1
        else:
            place, ordinary = ordinary, ordinary + 1
        if not 0 <= place < len(arguments):
            raise JavaError("MissingFormatArgumentException", f"Format specifier '{match[0]}'")
        last = place
        parts.append(_converted(arguments[place], match))
        size += len(parts[-1])
        if size > MAX_OUTPUT:
            raise LimitError(f"A format cannot give more than {MAX_OUTPUT} characters.")
    parts.append(pattern[position:])
    return "".join(parts)


def _converted(value: Any, match: re.Match[str]) -> str:
    kind = match["kind"]
    lower = kind.lower()
    if lower == "s":
        text = _cut(java_text(value), match)
    elif lower == "b":
        text = _cut("false" if value is None else java_text(value) if isinstance(value, bool) else "true", match)
    elif lower == "h":
        text = "null" if value is None else f"{java_hash(value):x}"
    elif value is None:
        text = _cut("null", match)
    elif lower == "c":
        text = _character(value, kind)
    elif lower in "dox":
        return _upper_if(_whole(value, match), kind)
    elif lower in "feg":
        return _upper_if(_double(value, match), kind)
    else:
        raise JavaError("UnknownFormatConversionException", f"Conversion = '{kind}'")
    return _upper_if(_padded(text, match), kind)


def _upper_if(text: str, kind: str) -> str:
    return text.upper() if kind.isupper() else text


def _cut(text: str, match: re.Match[str]) -> str:
    return text if match["precision"] is None else text[: int(match["precision"])]


def _padded(text: str, match: re.Match[str]) -> str:
    width = int(match["width"] or 0)
    if width > _MAX_WIDTH:
        raise LimitError(f"A format cannot ask for a width of more than {_MAX_WIDTH}.")
    return text.ljust(width) if "-" in match["flags"] else text.rjust(width)


def _character(value: Any, kind: str) -> str:
    if isinstance(value, str) and len(value) == 1 and java_class(value) == "java.lang.Character":
        return str(value)
    if is_number(value) and isinstance(value, int) and java_class(value) == "java.lang.Integer":
        if 0 <= value < 0x110000:
            return chr(value)
        raise JavaError("IllegalFormatCodePointException", f"Code point = 0x{value & 0xFFFFFFFF:x}")
    raise _mismatch(value, kind)


def _mismatch(value: Any, kind: str) -> JavaError:
    return JavaError("IllegalFormatConversionException", f"{kind} != {java_class(value)}")


def _whole(value: Any, match: re.Match[str]) -> str:
    kind = match["kind"]
    if isinstance(value, bool) or not isinstance(value, int):
        raise _mismatch(value, kind)
    if kind.lower() == "d":
        digits = f"{abs(value):,}" if "," in match["flags"] else str(abs(value))
        return _signed(digits, negative=value < 0, match=match)
    bits = 32 if java_class(value) == "java.lang.Integer" else 64
    number = value % 2**bits if value < 0 else value
    digits = f"{number:x}" if kind.lower() == "x" else f"{number:o}"
    if "#" in match["flags"]:
        digits = ("0x" if kind.lower() == "x" else "0") + digits
    return digits.rjust(int(match["width"] or 0), "0") if "0" in match["flags"] else _padded(digits, match)


def _double(value: Any, match: re.Match[str]) -> str:
    if not isinstance(value, float | Decimal):
        raise _mismatch(value, match["kind"])
    precision = 6 if match["precision"] is None else int(match["precision"])
    if precision > 1000:
        raise LimitError("A format cannot ask for more than 1000 digits.")
    number = value if isinstance(value, Decimal) else Decimal(java_text(value))
    if not number.is_finite():
        return _padded(java_text(value), match)
    kind = match["kind"].lower()
    digits = abs(number)
    if kind == "g":
        text = _general(digits, precision or 1, grouped="," in match["flags"])
    elif kind == "e":
        text = _exponent(digits, precision)
    else:
        text = _fixed(digits, precision, grouped="," in match["flags"])
    return _signed(text, negative=number.is_signed(), match=match)


def _fixed(number: Decimal, precision: int, *, grouped: bool) -> str:
    context = Context(prec=max(30, number.adjusted() + precision + 5))
    rounded = number.quantize(Decimal(1).scaleb(-precision), rounding=ROUND_HALF_UP, context=context)
    return f"{rounded:,f}" if grouped else f"{rounded:f}"


def _exponent(number: Decimal, precision: int) -> str:
    exponent = number.adjusted() if number else 0
    mantissa = _fixed(number.scaleb(-exponent), precision, grouped=False)
    if mantissa.startswith("10"):
        exponent += 1
        mantissa = _fixed(number.scaleb(-exponent), precision, grouped=False)
    return f"{mantissa}e{'-' if exponent < 0 else '+'}{abs(exponent):02d}"


def _general(number: Decimal, precision: int, *, grouped: bool) -> str:
    if not number or Decimal("0.0001") <= number < Decimal(10) ** precision:
        return _fixed(number, max(0, precision - (number.adjusted() if number else 0) - 1), grouped=grouped)
    return _exponent(number, precision - 1)


def _signed(digits: str, *, negative: bool, match: re.Match[str]) -> str:
    flags, width = match["flags"], int(match["width"] or 0)
    if negative:
        prefix, suffix = ("(", ")") if "(" in flags else ("-", "")
    else:
        prefix, suffix = "+" if "+" in flags else " " if " " in flags else "", ""
    if "0" in flags and width <= _MAX_WIDTH:
        digits = digits.rjust(width - len(prefix) - len(suffix), "0")
    return _padded(f"{prefix}{digits}{suffix}", match)
