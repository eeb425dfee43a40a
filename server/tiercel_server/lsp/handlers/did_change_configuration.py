"""`workspace/didChangeConfiguration`: take the client's settings and look at all documents anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

if TYPE_CHECKING:
    from tiercel_server.lsp.server import TiercelServer


def register(server: TiercelServer) -> None:
    """Read `tiercel.kestraVersion`, which a project file may leave to the editor."""

    @server.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)
    async def did_change_configuration(params: types.DidChangeConfigurationParams) -> None:
        settings = params.settings
        if not settings and server.abilities.configuration:
            asked = types.ConfigurationParams([types.ConfigurationItem(section="tiercel")])
            answers = await server.workspace_configuration_async(asked)
            settings = answers[0] if answers else None
        server.reload(settings)
