"""Reading the files of a workspace in the background, without keeping the editor waiting."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from tiercel_server.workspace.folders import Folders
from tiercel_server.workspace.index_worker import HEADER, Read, order, read_answer, read_files

logger = logging.getLogger(__name__)
_TOGETHER = 20
ALONE_FROM = 400
"""So many files are worth a process of their own: it takes a moment to start."""
_COMMAND = (sys.executable, "-m", "tiercel_server.workspace.index_worker")
InWorker = Callable[..., Awaitable[Any]]


async def read_in_background(paths: list[str], folders: Folders, in_worker: InWorker) -> AsyncIterator[list[Read]]:
    """The entries of files, some at a time; of many files by another process, so that this one stays free."""
    done = 0
    if len(paths) >= ALONE_FROM:
        async for answer in _read_apart(paths, folders, in_worker):
            done += len(answer)
            yield answer
        if done < len(paths):
            logger.warning("The process that reads the workspace ended early; the rest is read here")
    for start in range(done, len(paths), _TOGETHER):
        yield await in_worker(_read_here, paths[start : start + _TOGETHER], folders)


def _read_here(paths: list[str], folders: Folders) -> list[Read]:
    return list(read_files(paths, folders))


async def _read_apart(paths: list[str], folders: Folders, in_worker: InWorker) -> AsyncIterator[list[Read]]:
    try:
        process = await asyncio.create_subprocess_exec(
            *_COMMAND, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
        )
    except OSError as error:
        logger.warning("No process can be started to read the workspace: %s", error)
        return
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(order(paths, folders))
        await process.stdin.drain()
        process.stdin.close()
        while True:
            (length,) = HEADER.unpack(await process.stdout.readexactly(HEADER.size))
            yield await in_worker(read_answer, await process.stdout.readexactly(length))
    except (asyncio.IncompleteReadError, ConnectionError):
        return
    finally:
        if process.returncode is None:
            try:
                process.kill()
            except ProcessLookupError:
                pass
            else:
                await process.wait()
