"""`textDocument/references`: all that names a task, an input or a variable."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from tiercel_server.features.navigation import references
from tiercel_server.workspace import DocumentSnapshot

if TYPE_CHECKING:
    from tiercel_server.lsp.server import TiercelServer


def register(server: TiercelServer) -> None:
    """Answer with the places in the document."""

    def answer(snapshot: DocumentSnapshot, params: types.ReferenceParams) -> list[types.Location]:
        positions = server.positions(snapshot)
        offset = positions.offset(params.position)
        spans = references(snapshot, offset, declaration=params.context.include_declaration)
        return [types.Location(snapshot.name, positions.range(span)) for span in spans]

    server.on_document(types.TEXT_DOCUMENT_REFERENCES, answer)
