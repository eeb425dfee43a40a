"""`workspace/didChangeWorkspaceFolders`: other folders are open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

if TYPE_CHECKING:
    from tiercel_server.lsp.server import TiercelServer


def register(server: TiercelServer) -> None:
    """Take the folders that pygls keeps, and read the workspace anew."""

    @server.feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    def did_change_workspace_folders(params: types.DidChangeWorkspaceFoldersParams) -> None:
        del params
        server.set_folders(folder.uri for folder in server.workspace.folders.values())
        server.reload()
        server.neighbours.begin()
