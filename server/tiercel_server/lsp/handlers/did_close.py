"""`textDocument/didClose`: forget a document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

if TYPE_CHECKING:
    from tiercel_server.lsp.server import TiercelServer


def register(server: TiercelServer) -> None:
    """Drop the text, its findings and its run."""

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def did_close(params: types.DidCloseTextDocumentParams) -> None:
        uri = params.text_document.uri
        server.runs.closed(uri)
        server.tests.closed(uri)
        server.session.close(uri)
        server.texts.pop(uri, None)
        server.diagnosing.forget(uri)
        # From now on the file counts; not every client tells when one changes.
        server.neighbours.changed([uri])
        server.diagnosing.schedule_all()
