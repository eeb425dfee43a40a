"""Texts measured as Java measures them: in UTF-16 code units."""

from __future__ import annotations


def length_of(text: str) -> int:
    """The number of code units."""
    return len(text) if text.isascii() else len(text) + sum(character > "\uffff" for character in text)


def cut(text: str, start: int, end: int) -> str:
    """The code units from `start` up to `end`; a half pair at an edge becomes a lone surrogate."""
    if text.isascii() or max(text, default="") <= "\uffff":
        return text[start:end]
    units = text.encode("utf-16-be", "surrogatepass")[start * 2 : end * 2]
    return units.decode("utf-16-be", "surrogatepass")
