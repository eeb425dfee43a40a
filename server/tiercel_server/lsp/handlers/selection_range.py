"""`textDocument/selectionRange`: what a selection grows to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from tiercel_server.features.selection_ranges import selection_ranges
from tiercel_server.workspace import DocumentSnapshot

if TYPE_CHECKING:
    from tiercel_server.lsp.server import TiercelServer


def register(server: TiercelServer) -> None:
    """Answer with a chain of ranges for each position."""

    def answer(snapshot: DocumentSnapshot, params: types.SelectionRangeParams) -> list[types.SelectionRange]:
        positions = server.positions(snapshot)
        chains = []
        for position in params.positions:
            chain: types.SelectionRange | None = None
            for span in reversed(selection_ranges(snapshot, positions.offset(position))):
                chain = types.SelectionRange(positions.range(span), chain)
            assert chain is not None
            chains.append(chain)
        return chains

    server.on_document(types.TEXT_DOCUMENT_SELECTION_RANGE, answer)
