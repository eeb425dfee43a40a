"""Reading the files of a workspace in the background, without keeping the editor waiting."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from typing import Any

from tiercel_server.workspace.folders import Folders
from tiercel_server.workspace.index_worker import HEADER, Read, order, read_answer, read_files

logger = logging.getLogger(__name__)
_TOGETHER = 20
ALONE_FROM = 400
"""So many files are worth a process of their own: it takes a moment to start."""
TOGETHER_FROM = 2_000
"""So many are worth two, where the machine can do two things at once."""
_WAITING = 4
_COMMAND = (sys.executable, "-P", "-m", "tiercel_server.workspace.index_worker")
InWorker = Callable[..., Awaitable[Any]]


async def read_in_background(
    paths: list[str], folders: Folders, in_worker: InWorker
) -> AsyncGenerator[list[Read], None]:
    """The entries of files, some at a time; of many files by other processes, so that this one stays free."""
    left = dict.fromkeys(paths)
    if len(paths) >= ALONE_FROM:
        async with aclosing(_read_apart(paths, folders, in_worker)) as answers:
            async for answer in answers:
                for path, _ in answer:
                    left.pop(path, None)
                yield answer
        if left:
            logger.warning("A process that reads the workspace ended early; the rest is read here")
    rest = list(left)
    for start in range(0, len(rest), _TOGETHER):
        yield await in_worker(_read_here, rest[start : start + _TOGETHER], folders)


async def _read_apart(paths: list[str], folders: Folders, in_worker: InWorker) -> AsyncGenerator[list[Read], None]:
    """The answers of one process, or of two, as they come."""
    processes = min(2, os.cpu_count() or 1) if len(paths) >= TOGETHER_FROM else 1
    answers: asyncio.Queue[list[Read] | None] = asyncio.Queue(_WAITING)

    async def read(share: list[str]) -> None:
        try:
            async for answer in _read_share(share, folders, in_worker):
                await answers.put(answer)
        except Exception:
            logger.exception("The workspace could not be read by another process")
        await answers.put(None)

    readers = [asyncio.create_task(read(paths[number::processes])) for number in range(processes)]
    try:
        ended = 0
        while ended < processes:
            answer = await answers.get()
            if answer is None:
                ended += 1
            else:
                yield answer
    finally:
        for reader in readers:
            reader.cancel()
        await asyncio.gather(*readers, return_exceptions=True)


def _read_here(paths: list[str], folders: Folders) -> list[Read]:
    return list(read_files(paths, folders))


async def _read_share(paths: list[str], folders: Folders, in_worker: InWorker) -> AsyncGenerator[list[Read], None]:
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
