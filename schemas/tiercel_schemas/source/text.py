"""A text with its lines, and the ways to count columns in it."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property

from tiercel_schemas.source.spans import Position, Span

_LINE_BREAK = re.compile(r"\r\n|\r|\n")


class SourceText:
    """A text whose offsets (code points) turn into lines and columns and back.

    Lines end as the language server protocol says: at `\\n`, `\\r\\n` or `\\r`.
    """

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def line_starts(self) -> list[int]:
        """Offset of the first code point of each line; there is always a first line."""
        return [0, *(match.end() for match in _LINE_BREAK.finditer(self.text))]

    @cached_property
    def _is_bmp(self) -> bool:
        # Without characters outside the basic plane UTF-16 units and code points are the same.
        return self.text.isascii() or max(self.text) <= "\uffff"

    def __len__(self) -> int:
        return len(self.text)

    @property
    def line_count(self) -> int:
        """Number of lines; a final line break starts one more, empty, line."""
        return len(self.line_starts)

    def line_at(self, offset: int) -> int:
        """The line that holds `offset`, clamped to the text."""
        return max(0, bisect_right(self.line_starts, min(max(offset, 0), len(self.text))) - 1)

    def line_span(self, line: int) -> Span:
        """The stretch of a line without its line break."""
        start = self.line_starts[line]
        if line + 1 >= self.line_count:
            return Span(start, len(self.text))
        end = self.line_starts[line + 1]
        while end > start and self.text[end - 1] in "\r\n":
            end -= 1
        return Span(start, end)

    def line_text(self, line: int) -> str:
        """The text of a line without its line break."""
        return self.slice(self.line_span(line))

    def slice(self, span: Span) -> str:
        """The text of a stretch."""
        return self.text[span.start : span.end]

    def position(self, offset: int) -> Position:
        """Line and column in code points."""
        offset = min(max(offset, 0), len(self.text))
        line = self.line_at(offset)
        return Position(line, offset - self.line_starts[line])

    def offset(self, position: Position) -> int:
        """The offset of a line and column in code points, clamped to the line."""
        if position.line >= self.line_count:
            return len(self.text)
        span = self.line_span(max(position.line, 0))
        return min(span.start + max(position.column, 0), span.end)

    def utf16_position(self, offset: int) -> Position:
        """Line and column in UTF-16 code units, as most editors count."""
        position = self.position(offset)
        if self._is_bmp:
            return position
        start = self.line_starts[position.line]
        return Position(position.line, _utf16_length(self.text[start : start + position.column]))

    def offset_at_utf16(self, position: Position) -> int:
        """The offset of a line and a column in UTF-16 code units, clamped to the line."""
        if self._is_bmp or position.line >= self.line_count:
            return self.offset(position)
        span = self.line_span(max(position.line, 0))
        units = 0
        for index in range(span.start, span.end):
            if units >= position.column:
                return index
            units += 2 if self.text[index] > "\uffff" else 1
        return span.end


def _utf16_length(text: str) -> int:
    return len(text) + sum(character > "\uffff" for character in text)
