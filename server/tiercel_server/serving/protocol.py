"""HTTP on a connection: as uvicorn speaks it, with an end to patience for headers that don't come."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

PATIENCE = 15.0
"""Seconds that a client may take from opening a connection to the end of its headers."""


class PatientProtocol(H11Protocol):
    """Closes connections whose first request does not arrive whole in time, with 408 where that can be said."""

    patience = PATIENCE

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client is there."""
        super().connection_made(transport)
        self._timer = self.loop.call_later(self.patience, self._give_up)

    def connection_lost(self, exc: Exception | None) -> None:
        """A client is gone."""
        self._timer.cancel()
        super().connection_lost(exc)

    def _give_up(self) -> None:
        begun: object | None = self.cycle
        if begun is None and not self.transport.is_closing():
            self.transport.write(b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
            self.transport.close()


def with_patience(seconds: float) -> type[Any]:
    """The protocol with another patience."""
    return type("PatientProtocol", (PatientProtocol,), {"patience": seconds})
