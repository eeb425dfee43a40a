"""The command `tiercel.runTo`: run a flow up to a task."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tiercel_server.features.code_lens import RUN_TO_COMMAND
from tiercel_server.lsp.run_process import RunPart

if TYPE_CHECKING:
    from tiercel_server.lsp.server import TiercelServer


def register(server: TiercelServer) -> None:
    """Arguments: the document's URI, the task's id, the flow's id where there are several (optional)."""

    @server.command(RUN_TO_COMMAND)
    async def run_to(*arguments: Any) -> dict[str, Any]:
        uri, task, flow_id = (*arguments[:3], None, None, None)[:3]
        if not isinstance(uri, str) or not isinstance(task, str):
            return {"started": False, "reason": "The arguments must be the URI of an open document and a task's id."}
        part = RunPart(to=task)
        return await server.runs.start(uri, {}, flow_id if isinstance(flow_id, str) else None, part)
