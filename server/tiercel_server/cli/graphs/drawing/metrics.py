"""How wide text is, by the widths of a broad common typeface: what fits there fits in others."""

from __future__ import annotations

import unicodedata
from typing import Final

# Widths in thousandths of the font's size, as DejaVu Sans and Verdana have them, rounded up.
_NARROW: Final = dict.fromkeys("ijl.,:;'|!I", 330) | dict.fromkeys('ftr()[]{}/\\-" ', 430)
_WIDE: Final = dict.fromkeys("mwMW@%", 940) | dict.fromkeys("ABCDEFGHKNOPQRUVXYZ&+=<>~#…→", 740)
_USUAL: Final = 610


def text_width(text: str, size: float) -> float:
    """The width of text in a sans-serif of this size."""
    return sum(_character(each) for each in text) * size / 1000


def shortened(text: str, size: float, most: float) -> str:
    """The text, cut at its end where it is wider than `most`."""
    if text_width(text, size) <= most:
        return text
    room = most - text_width("…", size)
    length = 0
    for each in text:
        room -= _character(each) * size / 1000
        if room < 0:
            break
        length += 1
    return text[:length].rstrip() + "…"


def _character(character: str) -> int:
    known = _NARROW.get(character) or _WIDE.get(character)
    if known is not None or character.isascii():
        return known or _USUAL
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 1050 if unicodedata.east_asian_width(character) in {"W", "F"} or ord(character) > 0x1F000 else 800
