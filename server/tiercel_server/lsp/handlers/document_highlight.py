"""`textDocument/documentHighlight`: all that names what is under the cursor, declaration included."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from tiercel_server.features.navigation import references
from tiercel_server.workspace import DocumentSnapshot

if TYPE_CHECKING:
    from tiercel_server.lsp.server import TiercelServer


def register(server: TiercelServer) -> None:
    """Answer with the places in the document."""

    def answer(snapshot: DocumentSnapshot, params: types.DocumentHighlightParams) -> list[types.DocumentHighlight]:
        positions = server.positions(snapshot)
        spans = references(snapshot, positions.offset(params.position), declaration=True)
        return [types.DocumentHighlight(positions.range(span), types.DocumentHighlightKind.Text) for span in spans]

    server.on_document(types.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT, answer)
