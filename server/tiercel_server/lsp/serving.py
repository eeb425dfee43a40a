"""Starting the server, and seeing to it that nothing outlives it."""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
from types import FrameType
from typing import BinaryIO, NoReturn

from tiercel_server.lsp.server import TiercelServer

_SWITCH = 0.0005
"""Seconds that a thread works while another one waits."""


def serve_stdio(log_level: str) -> NoReturn:
    """Serve one client over standard input and output until it leaves."""
    _log(log_level)
    _serve(sys.stdin.buffer, sys.stdout.buffer)


def serve_tcp(host: str, port: int, log_level: str) -> NoReturn:
    """Serve the first client that connects to an address, which is told on standard error; port 0 takes a free one.

    Raises:
        OSError: if the address can't be listened on.
    """
    _log(log_level)
    with socket.create_server((host, port)) as listening:
        address = listening.getsockname()
        sys.stderr.write(f"tiercel: listening on {address[0]}:{address[1]}\n")
        sys.stderr.flush()
        connection, _ = listening.accept()
    with connection, connection.makefile("rb") as reading, connection.makefile("wb") as writing:
        _serve(reading, writing)


def _serve(reading: BinaryIO, writing: BinaryIO) -> NoReturn:
    # A key press goes from thread to thread; each must not wait long for one that works in the background.
    sys.setswitchinterval(_SWITCH)
    server = TiercelServer()
    _leave_on_signal()
    server.diagnosing.warm_up()
    code = 1
    try:
        code = server.serve(reading, writing)
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else 1
    finally:
        server.close()
        sys.stderr.flush()
    # A thread may still be waiting for input that never comes; the interpreter would wait for it.
    os._exit(code)


def _log(level: str) -> None:
    # Clients show standard error as errors, so it stays quiet.
    logging.basicConfig(stream=sys.stderr, level=level.upper(), format="%(levelname)s %(name)s: %(message)s")
    if level == "warning":
        # A message that crosses `shutdown` on its way is the protocol's ordinary end, and pygls warns of it.
        logging.getLogger("pygls.protocol").setLevel(logging.ERROR)


def _leave_on_signal() -> None:
    def leave(number: int, frame: FrameType | None) -> None:
        del frame
        signal.signal(number, signal.SIG_DFL)
        raise SystemExit(128 + number)

    signal.signal(signal.SIGTERM, leave)
    if os.name == "posix":
        signal.signal(signal.SIGHUP, leave)
