"""`textDocument/rangeFormatting`: the lines of a selection in the form of the whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from tiercel_server.features.formatting import formatting_edits
from tiercel_server.lsp import convert
from tiercel_server.workspace import DocumentSnapshot

if TYPE_CHECKING:
    from tiercel_server.lsp.server import TiercelServer


def register(server: TiercelServer) -> None:
    """Answer with the lines of the selection that change; with none where these alone would change what it means."""

    def answer(snapshot: DocumentSnapshot, params: types.DocumentRangeFormattingParams) -> list[types.TextEdit]:
        positions = server.positions(snapshot)
        within = positions.span(params.range)
        edits = formatting_edits(snapshot.text.text, within) if snapshot.is_flow else []
        return convert.text_edits(edits, positions)

    server.on_document(types.TEXT_DOCUMENT_RANGE_FORMATTING, answer)
