"""`textDocument/typeDefinition`: where the type of what is named is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from tiercel_server.features.navigation import type_definition
from tiercel_server.lsp.locations import Places
from tiercel_server.workspace import DocumentSnapshot

if TYPE_CHECKING:
    from tiercel_server.lsp.server import TiercelServer


def register(server: TiercelServer) -> None:
    """Answer with the places of the types."""

    def answer(
        snapshot: DocumentSnapshot, params: types.TypeDefinitionParams
    ) -> types.Location | list[types.Location] | None:
        offset = server.positions(snapshot).offset(params.position)
        return Places(server).definition(type_definition(snapshot, offset, server.neighbours.index_around(snapshot)))

    server.on_document(types.TEXT_DOCUMENT_TYPE_DEFINITION, answer, ready=server.neighbours.first_read)
