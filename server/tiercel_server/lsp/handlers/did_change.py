"""`textDocument/didChange`: take an edit."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

from lsprotocol import types

from tiercel_schemas.source.text import SourceText
from tiercel_server.lsp.convert import Positions

if TYPE_CHECKING:
    from tiercel_server.lsp.server import TiercelServer

logger = logging.getLogger(__name__)


def register(server: TiercelServer) -> None:
    """Edit the text, clear what the last run showed, and look for findings after a pause."""

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def did_change(params: types.DidChangeTextDocumentParams) -> None:
        uri = params.text_document.uri
        before = server.texts.get(uri)
        if before is None:
            logger.warning("An edit of a document that is not open: %s", uri)
            return
        text = server.texts[uri] = edited(before, params.content_changes, server.position_encoding)
        server.session.replace(uri, text, params.text_document.version)
        server.runs.edited(uri)
        server.tests.edited(uri)
        server.diagnosing.schedule(uri)


def edited(text: str, changes: Sequence[types.TextDocumentContentChangeEvent], encoding: str) -> str:
    """A text after changes, each of which counts in the text that the one before it left."""
    for change in changes:
        if isinstance(change, types.TextDocumentContentChangePartial):
            span = Positions(SourceText(text), encoding).span(change.range)
            text = text[: span.start] + change.text + text[span.end :]
        else:
            text = change.text
    return text
