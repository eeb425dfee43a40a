"""Starting the server, and seeing to it that nothing outlives it."""

from __future__ import annotations

import logging
import os
import signal
import sys
from types import FrameType

from tiercel_server.lsp.server import TiercelServer


def serve_stdio(log_level: str) -> None:
    """Serve one client over standard input and output until it leaves."""
    _log(log_level)
    server = TiercelServer()
    _leave_on_signal()
    try:
        server.start_io()
    finally:
        server.close()


def serve_tcp(host: str, port: int, log_level: str) -> None:
    """Serve one client that connects to an address; the address is told on standard error."""
    _log(log_level)
    server = TiercelServer()
    _leave_on_signal()
    sys.stderr.write(f"tiercel: listening on {host}:{port}\n")
    sys.stderr.flush()
    try:
        server.start_tcp(host, port)
    finally:
        server.close()


def _log(level: str) -> None:
    # Clients show standard error as errors, so it stays quiet.
    logging.basicConfig(stream=sys.stderr, level=level.upper(), format="%(levelname)s %(name)s: %(message)s")


def _leave_on_signal() -> None:
    def leave(number: int, frame: FrameType | None) -> None:
        del frame
        signal.signal(number, signal.SIG_DFL)
        raise SystemExit(128 + number)

    signal.signal(signal.SIGTERM, leave)
    if os.name == "posix":
        signal.signal(signal.SIGHUP, leave)
