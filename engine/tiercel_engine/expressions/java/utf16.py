"""Texts measured as Java measures them: in UTF-16 code units, and with its notions of space."""

from __future__ import annotations

_TRIMMED = "".join(map(chr, range(33)))
SPACE = r"\t-\r\x1c-\x20\u1680\u2000-\u2006\u2008-\u200a\u2028\u2029\u205f\u3000"
"""What Java calls white space, as the inside of a character class: no space that forbids a line break."""


def trimmed(text: str) -> str:
    """The text without characters up to the space at its ends."""
    return text.strip(_TRIMMED)


def length_of(text: str) -> int:
    """The number of code units."""
    return len(text) if text.isascii() else len(text) + sum(character > "\uffff" for character in text)


def cut(text: str, start: int, end: int) -> str:
    """The code units from `start` up to `end`; a half pair at an edge becomes a lone surrogate."""
    if text.isascii() or max(text, default="") <= "\uffff":
        return text[start:end]
    units = text.encode("utf-16-be", "surrogatepass")[start * 2 : end * 2]
    return units.decode("utf-16-be", "surrogatepass")
