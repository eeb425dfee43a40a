"""`textDocument/declaration`: the same as the definition, for editors that ask so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from tiercel_server.features.navigation import definition
from tiercel_server.lsp.locations import Places
from tiercel_server.workspace import DocumentSnapshot

if TYPE_CHECKING:
    from tiercel_server.lsp.server import TiercelServer


def register(server: TiercelServer) -> None:
    """Answer with the places of the declarations."""

    def answer(
        snapshot: DocumentSnapshot, params: types.DeclarationParams
    ) -> types.Location | list[types.Location] | None:
        offset = server.positions(snapshot).offset(params.position)
        return Places(server).definition(definition(snapshot, offset, server.neighbours.index_around(snapshot)))

    server.on_document(types.TEXT_DOCUMENT_DECLARATION, answer, ready=server.neighbours.first_read)
