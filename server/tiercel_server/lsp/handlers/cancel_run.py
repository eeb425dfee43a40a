"""The command `tiercel.cancelRun`: end the run of a document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tiercel_server.features.code_lens import CANCEL_COMMAND

if TYPE_CHECKING:
    from tiercel_server.lsp.server import TiercelServer


def register(server: TiercelServer) -> None:
    """Argument: the document's URI. The answer tells whether there was a run."""

    @server.command(CANCEL_COMMAND)
    async def cancel_run(*arguments: Any) -> bool:
        return await server.runs.cancel(arguments[0]) if arguments and isinstance(arguments[0], str) else False
