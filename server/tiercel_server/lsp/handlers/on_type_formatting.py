"""`textDocument/onTypeFormatting`: where a new line begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from tiercel_server.features.typing_indent import indent_of_new_line
from tiercel_server.lsp import convert
from tiercel_server.workspace import DocumentSnapshot

if TYPE_CHECKING:
    from tiercel_server.lsp.server import TiercelServer


def register(server: TiercelServer) -> None:
    """Answer with the indentation of the line that was begun."""

    def answer(snapshot: DocumentSnapshot, params: types.DocumentOnTypeFormattingParams) -> list[types.TextEdit]:
        positions = server.positions(snapshot)
        edits = indent_of_new_line(snapshot, positions.offset(params.position)) if params.ch == "\n" else []
        return convert.text_edits(edits, positions)

    options = types.DocumentOnTypeFormattingOptions(first_trigger_character="\n")
    server.on_document(types.TEXT_DOCUMENT_ON_TYPE_FORMATTING, answer, options)
