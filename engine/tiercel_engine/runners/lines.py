"""A stream of bytes as lines of text, with bounded memory."""

from __future__ import annotations

from collections.abc import Callable

LONGEST_LINE = 1 << 20
"""Bytes after which a line without an end is handed on in pieces."""
LONGEST_MESSAGE = 64 << 20
"""The same for a line that begins as a message of the script protocol, which is of use in one piece only."""
_MESSAGE = b"::{"


class LineSplitter:
    """Takes bytes as they come and hands on lines without their ends; bytes that are no UTF-8 are replaced."""

    def __init__(self, hand_on: Callable[[str], None]) -> None:
        self._hand_on = hand_on
        self._pending = bytearray()

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes."""
        *lines, rest = chunk.split(b"\n")
        if lines:
            self._pending += lines[0]
            self._line(bytes(self._pending))
            self._pending.clear()
            for line in lines[1:]:
                self._line(line)
        self._pending += rest
        while len(self._pending) > _limit(self._pending):
            cut = _end_of_character(self._pending, LONGEST_LINE)
            self._hand_on(_decoded(bytes(self._pending[:cut])))
            del self._pending[:cut]

    def end(self) -> None:
        """Hand on what is left of a last line without an end."""
        if self._pending:
            self._line(bytes(self._pending))
            self._pending.clear()

    def _line(self, line: bytes) -> None:
        while len(line) > _limit(line):
            cut = _end_of_character(line, LONGEST_LINE)
            self._hand_on(_decoded(line[:cut]))
            line = line[cut:]
        self._hand_on(_decoded(line.removesuffix(b"\r")))


def _limit(line: bytes | bytearray) -> int:
    return LONGEST_MESSAGE if line.startswith(_MESSAGE) else LONGEST_LINE


def _end_of_character(data: bytes | bytearray, limit: int) -> int:
    """The last place up to `limit` that does not cut a UTF-8 character in two, `limit` where there is none near."""
    for cut in range(limit, limit - 4, -1):
        if data[cut] & 0xC0 != 0x80:
            return cut
    return limit


def _decoded(line: bytes) -> str:
    return line.decode("utf-8", errors="replace")
