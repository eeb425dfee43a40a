"""`textDocument/prepareRename`: what would be renamed under the cursor, or why it can't be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from tiercel_server.features.rename import RenameError, prepare_rename
from tiercel_server.lsp.refusals import refused
from tiercel_server.workspace import DocumentSnapshot

if TYPE_CHECKING:
    from tiercel_server.lsp.server import TiercelServer


def register(server: TiercelServer) -> None:
    """Answer with the place and the name as it is now."""

    def answer(snapshot: DocumentSnapshot, params: types.PrepareRenameParams) -> types.PrepareRenamePlaceholder | None:
        positions = server.positions(snapshot)
        try:
            index = server.neighbours.index_around(snapshot)
            found = prepare_rename(snapshot, positions.offset(params.position), index)
        except RenameError as error:
            raise refused(str(error)) from None
        return types.PrepareRenamePlaceholder(positions.range(found.span), found.text) if found is not None else None

    server.on_document(types.TEXT_DOCUMENT_PREPARE_RENAME, answer, ready=server.neighbours.first_read)
