"""Places in a text."""

from __future__ import annotations

from typing import NamedTuple


class Span(NamedTuple):
    """A stretch of a text in code points: `start` included, `end` excluded."""

    start: int
    end: int

    def contains(self, offset: int) -> bool:
        """Whether `offset` lies inside or at either edge, as a cursor does."""
        return self.start <= offset <= self.end

    def shifted(self, by: int) -> Span:
        """The same stretch moved by `by` code points."""
        return Span(self.start + by, self.end + by)


class Position(NamedTuple):
    """A line and a column, both from 0. What a column counts is said by whoever made it."""

    line: int
    column: int
