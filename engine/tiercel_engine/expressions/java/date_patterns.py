"""Java's DateTimeFormatter patterns, taken apart into fields."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from tiercel_engine.expressions.errors import JavaError

NAMED_PATTERNS = {
    "iso": "yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX",
    "iso_milli": "yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
    "iso_sec": "yyyy-MM-dd'T'HH:mm:ssXXX",
    "sql": "yyyy-MM-dd HH:mm:ss.SSSSSS",
    "sql_milli": "yyyy-MM-dd HH:mm:ss.SSS",
    "sql_sec": "yyyy-MM-dd HH:mm:ss",
    "iso_local_date": "yyyy-MM-dd",
}
"""Formats by name that are read by the very pattern that they are printed by."""
STYLES = ("full", "long", "medium", "short")

# How often a letter may stand in a row.
_MAX_COUNT = {
    **dict.fromkeys("GQqMLE", 5),
    **dict.fromkeys("ecOXxZzvB", 5),
    **dict.fromkeys("uyY", 19),
    "a": 1,
    "W": 1,
    "F": 1,
    **dict.fromkeys("wdhHkKms", 2),
    "D": 3,
    "S": 9,
    **dict.fromkeys("AnNg", 19),
    "V": 2,
}
_EXACT_COUNTS = {"O": (1, 4), "v": (1, 4), "B": (1, 4, 5), "z": (1, 2, 3, 4), "V": (2,)}


@dataclass(frozen=True, slots=True)
class PatternField:
    """A run of one letter; `width` is that of a padding before it, 0 without."""

    letter: str
    count: int
    width: int = 0


@dataclass(frozen=True, slots=True)
class Section:
    """`[…]`: printed when it can be, read when it is there."""

    items: tuple[Item, ...]


Item: TypeAlias = str | PatternField | Section


@lru_cache(maxsize=300)
def pattern_items(pattern: str) -> tuple[Item, ...]:
    """The items of a pattern. Raises JavaError IllegalArgumentException as `ofPattern` does."""
    items, end = _items(pattern, 0, 0)
    if end < len(pattern):
        raise _invalid("Pattern invalid as it contains ] without previous [")
    return items


def _invalid(message: str) -> JavaError:
    return JavaError("IllegalArgumentException", message)


def _items(pattern: str, index: int, depth: int) -> tuple[tuple[Item, ...], int]:
    items: list[Item] = []
    width = 0
    if depth > 20:
        raise _invalid("Pattern is nested too deeply")
    while index < len(pattern):
        character = pattern[index]
        if character.isascii() and character.isalpha():
            end = index
            while end < len(pattern) and pattern[end] == character:
                end += 1
            if character == "p":
                width, index = end - index, end
                if end >= len(pattern) or not pattern[end].isalpha():
                    raise _invalid(f"Pad letter 'p' must be followed by valid pad pattern: {pattern}")
                continue
            items.append(_field(character, end - index, width))
            width, index = 0, end
        elif character == "'":
            text, index = _quoted(pattern, index)
            items.append(text)
        elif character == "[":
            inner, index = _items(pattern, index + 1, depth + 1)
            items.append(Section(inner))
            index += 1
        elif character == "]":
            return tuple(items), index
        elif character in "{}#":
            raise _invalid(f"Pattern includes reserved character: '{character}'")
        else:
            items.append(character)
            index += 1
    return tuple(items), index


def _quoted(pattern: str, index: int) -> tuple[str, int]:
    end = index + 1
    while True:
        end = pattern.find("'", end)
        if end < 0:
            raise _invalid(f"Pattern ends with an incomplete string literal: {pattern}")
        if pattern[end + 1 : end + 2] != "'":
            break
        end += 2
    text = pattern[index + 1 : end].replace("''", "'")
    return text or "'", end + 1


def _field(letter: str, count: int, width: int) -> PatternField:
    maximum = _MAX_COUNT.get(letter)
    if maximum is None:
        raise _invalid(f"Unknown pattern letter: {letter}")
    if letter == "V" and count != 2:
        raise _invalid(f"Pattern letter count must be 2: {letter}")
    if letter in ("O", "v") and count not in _EXACT_COUNTS[letter]:
        raise _invalid(f"Pattern letter count must be 1 or 4: {letter}")
    if letter == "B" and count not in _EXACT_COUNTS[letter]:
        raise _invalid(f"Wrong number of pattern letters: {letter}")
    if count > maximum or (letter == "z" and count > 4):
        raise _invalid(f"Too many pattern letters: {letter}")
    if letter == "c" and count == 2:
        raise _invalid('Invalid pattern "cc"')
    return PatternField(letter, count, width)
