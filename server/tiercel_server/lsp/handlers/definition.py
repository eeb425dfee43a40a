"""`textDocument/definition`: where a task, an input or a variable is declared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from tiercel_server.features.navigation import definition
from tiercel_server.workspace import DocumentSnapshot

if TYPE_CHECKING:
    from tiercel_server.lsp.server import TiercelServer


def register(server: TiercelServer) -> None:
    """Answer with the place of the declaration."""

    def answer(snapshot: DocumentSnapshot, params: types.DefinitionParams) -> types.Location | None:
        positions = server.positions(snapshot)
        span = definition(snapshot, positions.offset(params.position))
        return types.Location(snapshot.name, positions.range(span)) if span is not None else None

    server.on_document(types.TEXT_DOCUMENT_DEFINITION, answer)
