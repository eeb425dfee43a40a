"""`textDocument/documentHighlight`: all that names what is under the cursor, declaration included."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from tiercel_server.features.navigation import highlights
from tiercel_server.workspace import DocumentSnapshot

if TYPE_CHECKING:
    from tiercel_server.lsp.server import TiercelServer


def register(server: TiercelServer) -> None:
    """Answer with the places in the document; where a thing is declared or set counts as written."""

    def answer(snapshot: DocumentSnapshot, params: types.DocumentHighlightParams) -> list[types.DocumentHighlight]:
        positions = server.positions(snapshot)
        found = highlights(snapshot, positions.offset(params.position), server.neighbours.index_around(snapshot))
        kinds = {True: types.DocumentHighlightKind.Write, False: types.DocumentHighlightKind.Read}
        return [types.DocumentHighlight(positions.range(each.span), kinds[each.is_write]) for each in found]

    server.on_document(types.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT, answer)
