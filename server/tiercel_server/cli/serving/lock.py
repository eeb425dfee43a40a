"""One server for a workspace: a second one would run every date twice."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tiercel_server.cli.running.complaints import Refused


@contextmanager
def only_server(state_folder: Path) -> Iterator[None]:
    """Hold the workspace's lock, which the system takes back when the process ends; raises `Refused`."""
    path = state_folder / "serve.lock"
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            _take(handle)
        except OSError as error:
            raise Refused("Another `tiercel serve` runs in this workspace.", f"It holds {path}.") from error
        yield
    finally:
        os.close(handle)


def _take(handle: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
