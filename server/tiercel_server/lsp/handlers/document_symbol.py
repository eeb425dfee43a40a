"""`textDocument/documentSymbol`: the outline of a document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from tiercel_server.features.symbols import document_symbols
from tiercel_server.lsp import convert
from tiercel_server.workspace import DocumentSnapshot

if TYPE_CHECKING:
    from tiercel_server.lsp.server import TiercelServer


def register(server: TiercelServer) -> None:
    """Answer with flows and what they hold, nested where the client knows that."""

    def answer(
        snapshot: DocumentSnapshot, params: types.DocumentSymbolParams
    ) -> list[types.DocumentSymbol] | list[types.SymbolInformation]:
        del params
        symbols, positions = document_symbols(snapshot), server.positions(snapshot)
        if server.abilities.nested_symbols:
            return convert.document_symbols(symbols, positions)
        return convert.flat_symbols(symbols, snapshot.name, positions)

    server.on_document(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL, answer)
