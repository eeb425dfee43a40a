"""`textDocument/semanticTokens`: colours by meaning, in full, of a range, or what changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from tiercel_server.features.semantic_tokens import semantic_tokens
from tiercel_server.lsp.token_data import LEGEND, TokenAnswers, changes, token_data
from tiercel_server.workspace import DocumentSnapshot

if TYPE_CHECKING:
    from tiercel_server.lsp.server import TiercelServer


def register(server: TiercelServer) -> None:
    """Answer with tokens, and keep the last answer of each document."""
    answers = TokenAnswers()

    def full(snapshot: DocumentSnapshot, params: types.SemanticTokensParams) -> types.SemanticTokens:
        del params
        data = token_data(semantic_tokens(snapshot), server.positions(snapshot))
        return types.SemanticTokens(data, answers.keep(snapshot.name, data))

    def delta(
        snapshot: DocumentSnapshot, params: types.SemanticTokensDeltaParams
    ) -> types.SemanticTokens | types.SemanticTokensDelta:
        before = answers.last(snapshot.name, params.previous_result_id)
        data = token_data(semantic_tokens(snapshot), server.positions(snapshot))
        id_ = answers.keep(snapshot.name, data)
        if before is None:
            return types.SemanticTokens(data, id_)
        return types.SemanticTokensDelta(changes(before, data), id_)

    def within(snapshot: DocumentSnapshot, params: types.SemanticTokensRangeParams) -> types.SemanticTokens:
        positions = server.positions(snapshot)
        return types.SemanticTokens(token_data(semantic_tokens(snapshot, positions.span(params.range)), positions))

    server.on_document(types.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL, full, LEGEND)
    server.on_document(types.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL_DELTA, delta, LEGEND)
    server.on_document(types.TEXT_DOCUMENT_SEMANTIC_TOKENS_RANGE, within, LEGEND)
