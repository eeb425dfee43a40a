"""`textDocument/linkedEditingRange`: places that change together as one types."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from tiercel_server.features.linked_editing import WORD, linked_ranges
from tiercel_server.workspace import DocumentSnapshot

if TYPE_CHECKING:
    from tiercel_server.lsp.server import TiercelServer


def register(server: TiercelServer) -> None:
    """Answer with the places of a name where that is safe."""

    def answer(snapshot: DocumentSnapshot, params: types.LinkedEditingRangeParams) -> types.LinkedEditingRanges | None:
        positions = server.positions(snapshot)
        index = server.neighbours.index_around(snapshot)
        spans = linked_ranges(snapshot, positions.offset(params.position), index)
        if not spans or server.neighbours.is_reading:
            return None
        return types.LinkedEditingRanges([positions.range(span) for span in spans], WORD)

    server.on_document(types.TEXT_DOCUMENT_LINKED_EDITING_RANGE, answer)
