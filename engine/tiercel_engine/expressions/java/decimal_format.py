"""Java's DecimalFormat in the English locale."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from functools import lru_cache

from tiercel_engine.expressions.errors import JavaError

_PERCENT, _PERMILLE = "%", "‰"
_DIGITS = "#0,."
_MAX_DIGITS = 340
_INFINITE = "∞"
_UNLIMITED = Context(prec=5_000)


@dataclass(frozen=True, slots=True)
class NumberPattern:
    """A pattern taken apart."""

    prefix: str
    suffix: str
    negative_prefix: str
    negative_suffix: str
    multiplier: int
    grouping: int
    minimum_whole: int
    maximum_whole: int | None
    minimum_fraction: int
    maximum_fraction: int
    shows_point: bool
    exponent_digits: int | None

    def format(self, number: float | Decimal) -> str:
        """The text of a number; a float is multiplied and rounded by its binary value, as a Double is."""
        if isinstance(number, float):
            scaled = abs(number) * self.multiplier
            if not math.isfinite(scaled):
                value = _INFINITE if math.isinf(scaled) else None
                return "NaN" if value is None else self._signed(value, negative=number < 0)
            digits = self._settled(scaled)
        else:
            digits = _UNLIMITED.multiply(abs(Decimal(number)), self.multiplier)
        body = self._scientific(digits) if self.exponent_digits is not None else self._plain(digits)
        is_below = number < 0 or (number == 0 and math.copysign(1, number) < 0)
        return self._signed(body, negative=is_below)

    def _settled(self, value: float) -> Decimal:
        """The digits that a Double is shown with; where some are cut off, its exact value decides how."""
        shown = Decimal(repr(value))
        if self.exponent_digits is None:
            is_cut = -int(shown.as_tuple().exponent) > self.maximum_fraction
        else:
            is_cut = len(shown.normalize().as_tuple().digits) > (self.maximum_whole or 1) + self.maximum_fraction
        return Decimal(value) if is_cut else shown

    def _signed(self, body: str, *, negative: bool) -> str:
        if negative:
            return f"{self.negative_prefix}{body}{self.negative_suffix}"
        return f"{self.prefix}{body}{self.suffix}"

    def _plain(self, value: Decimal) -> str:
        if value and value.adjusted() > _MAX_DIGITS * 3:
            raise JavaError("ArithmeticException", "The number has too many digits to be formatted")
        precision = max(28, value.adjusted() + self.maximum_fraction + 5)
        unit = Decimal(1).scaleb(-self.maximum_fraction)
        rounded = value.quantize(unit, rounding=ROUND_HALF_EVEN, context=Context(prec=precision))
        whole, _, fraction = f"{rounded:f}".partition(".")
        fraction = fraction.rstrip("0").ljust(self.minimum_fraction, "0")
        whole = whole.lstrip("0").rjust(self.minimum_whole, "0")
        if self.maximum_whole is not None and len(whole) > self.maximum_whole:
            whole = whole[len(whole) - self.maximum_whole :]
        if not whole and not fraction:
            whole = "0"
        if self.grouping:
            whole = _grouped(whole, self.grouping)
        return f"{whole}.{fraction}" if fraction or self.shows_point else whole

    def _scientific(self, value: Decimal) -> str:
        maximum_whole = self.maximum_whole or 1
        significant = maximum_whole + self.maximum_fraction
        if value:
            value = value.normalize(Context(prec=max(1, significant), rounding=ROUND_HALF_EVEN))
        _, digit_tuple, power = value.as_tuple()
        digits = "".join(map(str, digit_tuple)).rstrip("0") if value else ""
        point = len(digit_tuple) + int(power) if value else 0
        minimum_whole = self.minimum_whole
        if maximum_whole > 1 and maximum_whole > minimum_whole:
            exponent = (point - 1) // maximum_whole * maximum_whole if value else 0
            minimum_whole = 1
        else:
            exponent = point - minimum_whole if value else 0
        whole_digits = point - exponent if value else minimum_whole
        total = max(len(digits), self.minimum_whole + self.minimum_fraction, whole_digits)
        padded = digits.ljust(total, "0")
        whole, fraction = padded[:whole_digits], padded[whole_digits:]
        text = f"{whole}.{fraction}" if fraction or self.shows_point else whole
        sign = "-" if exponent < 0 else ""
        return f"{text}E{sign}{str(abs(exponent)).rjust(self.exponent_digits or 0, '0')}"


def _grouped(whole: str, size: int) -> str:
    head = len(whole) % size
    groups = [whole[:head]] if head else []
    groups += [whole[index : index + size] for index in range(head, len(whole), size)]
    return ",".join(groups)


@lru_cache(maxsize=200)
def number_pattern(pattern: str) -> NumberPattern:
    """Reads a pattern. Raises JavaError IllegalArgumentException."""
    if not pattern:
        return NumberPattern("", "", "-", "", 1, 3, 0, None, 0, _MAX_DIGITS, shows_point=False, exponent_digits=None)
    positive, _, negative = _split_subpatterns(pattern)
    prefix, number, suffix, multiplier = _parts(positive, pattern)
    negative_prefix, negative_suffix = f"-{prefix}", suffix
    if negative:
        negative_prefix, _, negative_suffix, _ = _parts(negative, pattern)
        if (negative_prefix, negative_suffix) == (prefix, suffix):
            negative_prefix = f"-{prefix}"
    mantissa, mark, exponent = number.partition("E")
    whole, point, fraction = mantissa.partition(".")
    has_point, place = bool(point), len(whole.replace(",", ""))
    digits = f"{whole.replace(',', '')}{fraction}"
    left, zeros = len(digits) - len(digits.lstrip("#")), digits.count("0")
    if not zeros and left and has_point:
        # One of the `#` around the point becomes a zero.
        zeros, left = 1, max(place, 1) - 1
    total = len(digits)
    end = place if has_point else total
    minimum_whole = end - left
    return NumberPattern(
        prefix,
        suffix,
        negative_prefix,
        negative_suffix,
        multiplier,
        len(whole) - whole.rfind(",") - 1 if "," in whole else 0,
        minimum_whole,
        left + minimum_whole if mark else None,
        left + zeros - place if has_point else 0,
        total - place if has_point else 0,
        shows_point=has_point and place in (0, total),
        exponent_digits=len(exponent) if mark else None,
    )


def _split_subpatterns(pattern: str) -> tuple[str, str, str]:
    quoted = False
    for index, character in enumerate(pattern):
        if character == "'":
            quoted = not quoted
        elif character == ";" and not quoted:
            return pattern[:index], ";", pattern[index + 1 :]
    return pattern, "", ""


def _parts(text: str, pattern: str) -> tuple[str, str, str, int]:
    """Prefix, number part, suffix and multiplier of a subpattern."""
    affixes = ["", ""]
    number = ""
    multiplier, phase, index = 1, 0, 0
    while index < len(text):
        character = text[index]
        if character == "'":
            literal, index = _literal(text, index, pattern)
            affixes[phase > 0] += literal
            phase = 2 if phase else 0
            continue
        if character in _DIGITS or (character == "E" and phase == 1):
            if phase == 2:
                raise _malformed(pattern)
            phase = 1
            number += character
            if character == "E":
                end = index + 1
                while end < len(text) and text[end] == "0":
                    end += 1
                if end == index + 1:
                    raise JavaError("IllegalArgumentException", f'Malformed exponential pattern "{pattern}"')
                number += text[index + 1 : end]
                index, phase = end, 2
                continue
        else:
            phase = 2 if phase else 0
            if character in (_PERCENT, _PERMILLE):
                if multiplier != 1:
                    message = f'Too many percent/per mille characters in pattern "{pattern}"'
                    raise JavaError("IllegalArgumentException", message)
                multiplier = 100 if character == _PERCENT else 1000
            if text.startswith("¤¤", index):
                character, index = "USD", index + 1
            affixes[phase > 0] += "$" if character == "¤" else character
        index += 1
    _check(number, pattern)
    return affixes[0], number, affixes[1], multiplier


def _literal(text: str, index: int, pattern: str) -> tuple[str, int]:
    """The text that a quote at `index` begins, and where it ends; two quotes are one."""
    end = text.find("'", index + 1)
    if end < 0:
        raise _broken(pattern)
    return text[index + 1 : end] or "'", end + 1


def _check(number: str, pattern: str) -> None:
    mantissa = number.partition("E")[0]
    whole, point, fraction = mantissa.partition(".")
    if "." in fraction:
        raise JavaError("IllegalArgumentException", f'Multiple decimal separators in pattern "{pattern}"')
    digits = f"{whole}{fraction}".replace(",", "")
    inner = digits.strip("#")
    if "#" in inner:
        raise JavaError("IllegalArgumentException", f"Unexpected '0' in pattern \"{pattern}\"")
    left, right = len(digits) - len(digits.lstrip("#")), len(digits) - len(digits.rstrip("#")) if inner else 0
    place = len(whole.replace(",", ""))
    is_outside = inner and not left <= place <= left + len(inner) if point else right > 0
    if is_outside or whole.endswith(",") or "," in fraction:
        raise _broken(pattern)


def _broken(pattern: str) -> JavaError:
    return JavaError("IllegalArgumentException", f'Malformed pattern "{pattern}"')


def _malformed(pattern: str) -> JavaError:
    return JavaError("IllegalArgumentException", f'Unquoted special character in pattern "{pattern}"')
