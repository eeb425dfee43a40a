"""The progress of reading a workspace, in the client."""

from __future__ import annotations

import asyncio
import logging
import uuid
from typing import TYPE_CHECKING

from lsprotocol import types

if TYPE_CHECKING:
    from tiercel_server.lsp.server import TiercelServer

logger = logging.getLogger(__name__)
_WORTH_TELLING = 100
"""So many files take long enough that someone could wonder."""


class IndexProgress:
    """Work done progress; nothing for clients that know none, and for few files."""

    def __init__(self, server: TiercelServer, files: int) -> None:
        self._token = f"tiercel-index-{uuid.uuid4()}"
        self._server = server
        self._files = files
        self._done = 0
        self._shown = -1
        self._begun = False
        self._ended = False
        if server.abilities.progress and files >= _WORTH_TELLING:
            server.diagnosing.in_background(self._begin())

    def report(self, files: int) -> None:
        """So many more files are read."""
        self._done += files
        percentage = 100 * self._done // max(self._files, 1)
        if self._begun and not self._ended and percentage > self._shown:
            self._shown = percentage
            message = f"{self._done} of {self._files} files"
            report = types.WorkDoneProgressReport(message=message, percentage=min(percentage, 100))
            self._server.work_done_progress.report(self._token, report)

    def end(self) -> None:
        """All are read, or nobody reads any more."""
        if self._begun and not self._ended:
            self._server.work_done_progress.end(self._token, types.WorkDoneProgressEnd(message=f"{self._done} files"))
        self._ended = True

    async def _begin(self) -> None:
        try:
            await self._server.work_done_progress.create_async(self._token)
        except asyncio.CancelledError:
            raise
        except Exception:  # noqa: BLE001 - a client that refuses progress gets none
            logger.info("The client takes no progress")
            return
        if not self._ended:
            self._begun = True
            begin = types.WorkDoneProgressBegin(title="Reading flows", percentage=0, cancellable=False)
            self._server.work_done_progress.begin(self._token, begin)
