"""Places in documents of the workspace, open or not, as the client counts them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types

from tiercel_schemas.source.spans import Position, Span
from tiercel_schemas.source.text import SourceText
from tiercel_server.features.navigation import Location
from tiercel_server.lsp.convert import Positions
from tiercel_server.workspace import DocumentSnapshot
from tiercel_server.workspace.files import read_text
from tiercel_server.workspace.index import Document

if TYPE_CHECKING:
    from tiercel_server.lsp.server import TiercelServer


class _AsciiLines(SourceText):
    """The lines of a text that is not at hand: in ASCII every way of counting columns is the same."""

    def __init__(self, starts: Iterable[int]) -> None:
        super().__init__("")
        self._starts = list(starts)

    def position(self, offset: int) -> Position:
        """Line and column."""
        line = max(0, bisect_right(self._starts, offset) - 1)
        return Position(line, offset - self._starts[line])

    def utf16_position(self, offset: int) -> Position:
        """Line and column."""
        return self.position(offset)


class Places:
    """Converts places of many documents; made for one answer, reads each document once."""

    def __init__(self, server: TiercelServer) -> None:
        self._encoding = server.position_encoding
        self._positions: dict[str, Positions | None] = {}

    def location(self, location: Location) -> types.Location | None:
        """A place; None where its file can't be read any more."""
        range_ = self.range(location.document, location.span)
        return types.Location(location.document.name, range_) if range_ is not None else None

    def locations(self, found: Iterable[Location]) -> list[types.Location]:
        """The places whose documents are there."""
        return [each for location in found if (each := self.location(location)) is not None]

    def definition(self, found: Iterable[Location]) -> types.Location | list[types.Location] | None:
        """The answer to who asks where to go: one place by itself, several as a list."""
        return one_or_several(self.locations(found))

    def range(self, document: Document, span: Span) -> types.Range | None:
        """A stretch of a document."""
        positions = self.positions(document)
        return positions.range(span) if positions is not None else None

    def positions(self, document: Document) -> Positions | None:
        """How the client counts in a document."""
        if document.name not in self._positions:
            self._positions[document.name] = self._of(document)
        return self._positions[document.name]

    def _of(self, document: Document) -> Positions | None:
        if isinstance(document, DocumentSnapshot):
            return Positions(document.text, self._encoding)
        if document.is_ascii:
            return Positions(_AsciiLines(document.line_starts), "utf-32")
        text = text_of(document)
        return Positions(SourceText(text), self._encoding) if text is not None else None


def one_or_several(found: list[types.Location]) -> types.Location | list[types.Location] | None:
    """One place by itself, several as a list, None for none."""
    return found[0] if len(found) == 1 else found or None


def text_of(document: Document) -> str | None:
    """The text of a document; None where its file can't be read any more."""
    return document.text.text if isinstance(document, DocumentSnapshot) else read_text(Path(document.key))
