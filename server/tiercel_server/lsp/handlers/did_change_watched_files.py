"""`workspace/didChangeWatchedFiles`: project files, imported schemas and flows changed on disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

if TYPE_CHECKING:
    from tiercel_server.lsp.server import TiercelServer


def register(server: TiercelServer) -> None:
    """Read again what changed, and look at all documents anew."""

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def did_change_watched_files(params: types.DidChangeWatchedFilesParams) -> None:
        if any(change.uri.endswith("/tiercel.yaml") or "/.tiercel/schemas/" in change.uri for change in params.changes):
            server.reload()
            # Versions and the globs of flows may be others now.
            server.neighbours.begin()
        server.neighbours.changed([change.uri for change in params.changes])
