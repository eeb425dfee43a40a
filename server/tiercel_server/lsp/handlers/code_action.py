"""`textDocument/codeAction`: fixes, suppressions, and changes of a flow's form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from tiercel_server.features.code_actions.model import EXTRACT, FIX_ALL, INLINE, QUICK_FIX, REWRITE
from tiercel_server.lsp.actions import offered_actions
from tiercel_server.workspace import DocumentSnapshot

if TYPE_CHECKING:
    from tiercel_server.lsp.server import TiercelServer


def register(server: TiercelServer) -> None:
    """Answer with what may be done at the selection."""

    def answer(snapshot: DocumentSnapshot, params: types.CodeActionParams) -> list[types.CodeAction]:
        span = server.positions(snapshot).span(params.range)
        only = [str(getattr(kind, "value", kind)) for kind in params.context.only or ()]
        return offered_actions(server, snapshot, span, only or None)

    kinds = [QUICK_FIX, EXTRACT, INLINE, REWRITE, FIX_ALL]
    options = types.CodeActionOptions(code_action_kinds=kinds, resolve_provider=True)
    server.on_document(types.TEXT_DOCUMENT_CODE_ACTION, answer, options)
