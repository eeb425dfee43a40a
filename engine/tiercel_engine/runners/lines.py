"""A stream of bytes as lines of text, with bounded memory."""

from __future__ import annotations

from collections.abc import Callable

LONGEST_LINE = 1 << 20
"""Bytes after which a line without an end is handed on in pieces."""


class LineSplitter:
    """Takes bytes as they come and hands on lines without their ends; bytes that are no UTF-8 are replaced."""

    def __init__(self, hand_on: Callable[[str], None], longest: int = LONGEST_LINE) -> None:
        self._hand_on = hand_on
        self._longest = longest
        self._pending = b""

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes."""
        *lines, self._pending = (self._pending + chunk).split(b"\n")
        for line in lines:
            self._pieces(line)
        while len(self._pending) > self._longest:
            cut = _end_of_character(self._pending, self._longest)
            self._hand_on(_decoded(self._pending[:cut]))
            self._pending = self._pending[cut:]

    def end(self) -> None:
        """Hand on what is left of a last line without an end."""
        if self._pending:
            self._hand_on(_decoded(self._pending))
            self._pending = b""

    def _pieces(self, line: bytes) -> None:
        while len(line) > self._longest:
            cut = _end_of_character(line, self._longest)
            self._hand_on(_decoded(line[:cut]))
            line = line[cut:]
        self._hand_on(_decoded(line))


def _end_of_character(data: bytes, limit: int) -> int:
    """The last place up to `limit` that does not cut a UTF-8 character in two, `limit` where there is none near."""
    for cut in range(limit, limit - 4, -1):
        if data[cut] & 0xC0 != 0x80:
            return cut
    return limit


def _decoded(line: bytes) -> str:
    return line.removesuffix(b"\r").decode("utf-8", errors="replace")
