"""The command `tiercel.runTests`: run unit tests of a suite, and show what does not hold on its lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tiercel_server.features.unit_tests import RUN_TESTS_COMMAND

if TYPE_CHECKING:
    from tiercel_server.lsp.server import TiercelServer


def register(server: TiercelServer) -> None:
    """Arguments: the document's URI, and the id of a case or a glob of ids (optional)."""

    @server.command(RUN_TESTS_COMMAND)
    async def run_tests(*arguments: Any) -> dict[str, Any]:
        uri, cases = (*arguments[:2], None, None)[:2]
        if not isinstance(uri, str):
            return {"started": False, "reason": "The argument must be the URI of an open document."}
        return await server.tests.start(uri, cases if isinstance(cases, str) and cases else "*")
