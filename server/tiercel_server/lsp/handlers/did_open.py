"""`textDocument/didOpen`: take up a document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

if TYPE_CHECKING:
    from tiercel_server.lsp.server import TiercelServer


def register(server: TiercelServer) -> None:
    """Keep the text and look for findings at once."""

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def did_open(params: types.DidOpenTextDocumentParams) -> None:
        document = params.text_document
        server.texts[document.uri] = document.text
        server.session.open(document.uri, document.text, document.version)
        server.diagnosing.schedule(document.uri, delay=0)
        server.diagnosing.schedule_all(but=document.uri)
        server.diagnosing.in_background(server.around.read_ahead(document.uri))
