"""`textDocument/references`: all that names a thing, in the whole workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from tiercel_server.features.navigation import references
from tiercel_server.lsp.locations import Places
from tiercel_server.workspace import DocumentSnapshot

if TYPE_CHECKING:
    from tiercel_server.lsp.server import TiercelServer


def register(server: TiercelServer) -> None:
    """Answer with the places, those of this document first."""

    def answer(snapshot: DocumentSnapshot, params: types.ReferenceParams) -> list[types.Location]:
        offset, index = server.positions(snapshot).offset(params.position), server.neighbours.index_around(snapshot)
        found = references(snapshot, offset, index, declaration=params.context.include_declaration)
        return Places(server).locations(found)

    server.on_document(types.TEXT_DOCUMENT_REFERENCES, answer, ready=server.neighbours.first_read)
