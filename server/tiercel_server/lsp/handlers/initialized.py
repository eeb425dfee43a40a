"""`initialized`: read the workspace, and ask to be told of changes of its files."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from lsprotocol import types

if TYPE_CHECKING:
    from tiercel_server.lsp.server import TiercelServer

logger = logging.getLogger(__name__)


def register(server: TiercelServer) -> None:
    """Ask the client for what it offers."""

    @server.feature(types.INITIALIZED)
    async def initialized(params: types.InitializedParams) -> None:
        del params
        server.neighbours.begin()
        if server.abilities.watching:
            await _watch(server)


async def _watch(server: TiercelServer) -> None:
    watchers = [types.FileSystemWatcher(each) for each in ("**/*.{yaml,yml}", "**/.tiercel/schemas/*.jsonl")]
    registration = types.Registration(
        id="tiercel-files",
        method=types.WORKSPACE_DID_CHANGE_WATCHED_FILES,
        register_options=types.DidChangeWatchedFilesRegistrationOptions(watchers),
    )
    try:
        await server.client_register_capability_async(types.RegistrationParams([registration]))
    except asyncio.CancelledError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever the client answers, the server goes on
        logger.info("The client watches no files: %s", error)
