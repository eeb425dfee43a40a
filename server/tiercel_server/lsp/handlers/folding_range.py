"""`textDocument/foldingRange`: what an editor may fold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from tiercel_server.features.folding import folds
from tiercel_server.lsp import convert
from tiercel_server.workspace import DocumentSnapshot

if TYPE_CHECKING:
    from tiercel_server.lsp.server import TiercelServer


def register(server: TiercelServer) -> None:
    """Answer with sections, tasks and long texts."""

    def answer(snapshot: DocumentSnapshot, params: types.FoldingRangeParams) -> list[types.FoldingRange]:
        del params
        return [convert.folding_range(fold) for fold in folds(snapshot)]

    server.on_document(types.TEXT_DOCUMENT_FOLDING_RANGE, answer)
