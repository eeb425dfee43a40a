"""`window/workDoneProgress/cancel`: end the run behind a progress."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

if TYPE_CHECKING:
    from tiercel_server.lsp.server import TiercelServer


def register(server: TiercelServer) -> None:
    """Cancel what the token stands for."""

    @server.feature(types.WINDOW_WORK_DONE_PROGRESS_CANCEL)
    async def work_done_progress_cancel(params: types.WorkDoneProgressCancelParams) -> None:
        await server.runs.cancel_progress(params.token)
        await server.tests.cancel_progress(params.token)
