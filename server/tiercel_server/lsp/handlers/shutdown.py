"""`shutdown`: end all runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

if TYPE_CHECKING:
    from tiercel_server.lsp.server import TiercelServer


def register(server: TiercelServer) -> None:
    """End the children before the answer."""

    @server.feature(types.SHUTDOWN)
    async def shutdown(params: None) -> None:
        del params
        await server.runs.cancel_all()
