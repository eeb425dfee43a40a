"""The command `tiercel.runAgain`: run a flow with the inputs of its last run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tiercel_server.features.code_lens import RUN_AGAIN_COMMAND

if TYPE_CHECKING:
    from tiercel_server.lsp.server import TiercelServer


def register(server: TiercelServer) -> None:
    """Arguments: the document's URI, the flow's id where there are several (optional)."""

    @server.command(RUN_AGAIN_COMMAND)
    async def run_again(*arguments: Any) -> dict[str, Any]:
        uri, flow_id = (*arguments[:2], None, None)[:2]
        if not isinstance(uri, str):
            return {"started": False, "reason": "The first argument must be the URI of an open document."}
        chosen = flow_id if isinstance(flow_id, str) else None
        return await server.runs.start(uri, server.runs.last_inputs(uri, chosen or ""), chosen)
