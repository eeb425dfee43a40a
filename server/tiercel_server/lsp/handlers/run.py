"""The command `tiercel.run`: run the flow of a document, saved or not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tiercel_server.features.code_lens import RUN_COMMAND
from tiercel_server.lsp.plain import plain
from tiercel_server.lsp.run_process import RunPart

if TYPE_CHECKING:
    from tiercel_server.lsp.server import TiercelServer


def register(server: TiercelServer) -> None:
    """Arguments: the document's URI, inputs by name (optional), the flow's id where there are several (optional),
    `{to, from, task, reuse}` for a part of it (optional)."""

    @server.command(RUN_COMMAND)
    async def run(*arguments: Any) -> dict[str, Any]:
        uri, inputs, flow_id, part = (*(plain(each) for each in arguments[:4]), None, None, None, None)[:4]
        if not isinstance(uri, str):
            return {"started": False, "reason": "The first argument must be the URI of an open document."}
        given = inputs if isinstance(inputs, Mapping) else {}
        return await server.runs.start(uri, given, flow_id if isinstance(flow_id, str) else None, _part(part))


def _part(value: Any) -> RunPart:
    given = {key: each for key, each in value.items() if isinstance(each, str)} if isinstance(value, Mapping) else {}
    return RunPart(given.get("to", ""), given.get("from", ""), given.get("task", ""), given.get("reuse", ""))
