"""`codeAction/resolve`: the edit of one code action."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.exceptions import JsonRpcContentModified

from tiercel_server.lsp.actions import resolved_edit

if TYPE_CHECKING:
    from tiercel_server.lsp.server import TiercelServer


def register(server: TiercelServer) -> None:
    """Make the change; an action that is not ours comes back as it is."""

    @server.feature(types.CODE_ACTION_RESOLVE)
    async def code_action_resolve(action: types.CodeAction) -> types.CodeAction:
        data = action.data if isinstance(action.data, dict) else {}
        snapshot = server.document(str(data.get("uri", "")))
        if snapshot is None or not {"start", "end", "title", "kind", "version"} <= data.keys():
            return action
        if snapshot.version != data["version"]:
            raise JsonRpcContentModified("The text has changed since this action was offered.")
        action.edit = await server.in_worker(resolved_edit, server, snapshot, data)
        if action.edit is None:
            action.disabled = types.CodeActionDisabled("This can't be done here without changing what the flow means.")
        return action
