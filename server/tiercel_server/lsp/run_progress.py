"""A run's progress in the client, with a button to cancel it."""

from __future__ import annotations

import asyncio
import logging
import uuid
from typing import TYPE_CHECKING

from lsprotocol import types

if TYPE_CHECKING:
    from tiercel_server.lsp.server import TiercelServer

logger = logging.getLogger(__name__)


class RunProgress:
    """Work done progress of one run; does nothing for clients that know none."""

    def __init__(self, server: TiercelServer, title: str) -> None:
        self.token = f"tiercel-run-{uuid.uuid4()}"
        self._server = server
        self._title = title
        self._begun = False
        self._ended = False
        self._creating = asyncio.create_task(self._create()) if server.abilities.progress else None

    async def _create(self) -> None:
        try:
            await self._server.work_done_progress.create_async(self.token)
        except Exception:  # noqa: BLE001 - a client that refuses progress gets none
            logger.info("The client takes no progress")
            return
        if not self._ended:
            self._begun = True
            begin = types.WorkDoneProgressBegin(title=self._title, cancellable=True, percentage=0)
            self._server.work_done_progress.begin(self.token, begin)

    def report(self, message: str, percentage: int) -> None:
        """Tell how far the run is."""
        if self._begun and not self._ended:
            report = types.WorkDoneProgressReport(message=message, percentage=min(percentage, 100), cancellable=True)
            self._server.work_done_progress.report(self.token, report)

    def end(self, message: str) -> None:
        """Tell that it is over."""
        self._ended = True
        if self._begun:
            self._server.work_done_progress.end(self.token, types.WorkDoneProgressEnd(message=message))
        self._server.work_done_progress.tokens.pop(self.token, None)
