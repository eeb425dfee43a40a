"""The byte streams to the client: messages in, one after the other, and messages out from a thread of their own."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import queue
import re
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, BinaryIO

logger = logging.getLogger(__name__)
_LENGTH = re.compile(rb"content-length\s*:\s*(\d+)\s*", re.IGNORECASE)
_LONGEST_MESSAGE = 256 * 1024 * 1024
_MOST_WAITING = 2_000
"""Messages that may wait for a client that reads slowly; then the server waits for the client."""
_LAST_WORDS = 2.0
"""Seconds that a client has to take what was said before the end."""

PARSE_ERROR = -32700


class Writer:
    """Hands messages to a thread that writes them, so that a client that doesn't read holds up nothing else."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._waiting: queue.Queue[bytes | None] = queue.Queue(_MOST_WAITING)
        self._broken = False
        self._thread = threading.Thread(target=self._write_all, name="tiercel-write", daemon=True)
        self._thread.start()

    def write(self, data: bytes) -> None:
        """Send a message; raises BrokenPipeError when nobody is there to read."""
        if self._broken:
            raise BrokenPipeError
        self._waiting.put(data)

    def close(self) -> None:
        """Send what is waiting, and nothing more."""
        if not self._broken:
            with contextlib.suppress(queue.Full):
                self._waiting.put(None, timeout=_LAST_WORDS)
            self._thread.join(_LAST_WORDS)

    @property
    def waiting(self) -> int:
        """Messages not yet written."""
        return self._waiting.qsize()

    def _write_all(self) -> None:
        while (data := self._waiting.get()) is not None:
            try:
                self._stream.write(data)
                if self._waiting.empty():
                    self._stream.flush()
            except (OSError, ValueError):
                self._broken = True
                while True:  # Whoever waits to hand something over goes on.
                    self._waiting.get()
        with contextlib.suppress(OSError, ValueError):
            self._stream.flush()


async def receive(
    stream: BinaryIO,
    take: Callable[[Any], None],
    refuse: Callable[[int, str], None],
    read_hook: Callable[[dict[str, Any]], Any],
) -> None:
    """Hand each message of a stream to `take`, until it ends.

    What is no JSON, or no message, is told to `refuse` with a code of JSON-RPC and a reason. `read_hook` makes typed
    objects of JSON objects.
    """
    loop = asyncio.get_running_loop()
    # Its thread may wait for ever for a client that says nothing; nobody waits for it in turn.
    with _abandoned(ThreadPoolExecutor(1, thread_name_prefix="tiercel-read")) as reader:
        while (body := await loop.run_in_executor(reader, _read_message, stream)) is not None:
            try:
                data = json.loads(body)
            except (ValueError, RecursionError) as error:
                refuse(PARSE_ERROR, f"A message is no JSON: {error}")
                continue
            for each in data if isinstance(data, list) else [data]:
                if not isinstance(each, dict):
                    refuse(-32600, "A message is no object.")
                    continue
                message = read_hook({"jsonrpc": "2.0", **each})
                if message is not None:
                    take(message)


@contextlib.contextmanager
def _abandoned(pool: ThreadPoolExecutor) -> Any:
    try:
        yield pool
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _read_message(stream: BinaryIO) -> bytes | None:
    """The body of the next message; None at the end of the stream. Header lines that tell nothing are passed over."""
    length: int | None = None
    while True:
        try:
            line = stream.readline(65_536)
        except (OSError, ValueError):
            return None
        if not line:
            return None
        match = _LENGTH.fullmatch(line.strip())
        if match is not None:
            length = int(match[1])
        elif not line.strip() and length is not None:
            break
    if length > _LONGEST_MESSAGE:
        logger.error("A message of %d bytes is more than can be meant", length)
        return None
    body = stream.read(length)
    return body if len(body) == length else None
