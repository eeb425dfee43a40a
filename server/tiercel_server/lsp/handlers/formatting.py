"""`textDocument/formatting`: the whole text in one form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from tiercel_server.features.formatting import formatting_edits
from tiercel_server.lsp import convert
from tiercel_server.workspace import DocumentSnapshot

if TYPE_CHECKING:
    from tiercel_server.lsp.server import TiercelServer


def register(server: TiercelServer) -> None:
    """Answer with the lines that change; with none for what is no flow."""

    def answer(snapshot: DocumentSnapshot, params: types.DocumentFormattingParams) -> list[types.TextEdit]:
        del params
        edits = formatting_edits(snapshot.text.text) if snapshot.is_flow else []
        return convert.text_edits(edits, server.positions(snapshot))

    server.on_document(types.TEXT_DOCUMENT_FORMATTING, answer)
