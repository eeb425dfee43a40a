"""Who waits for news of an execution is woken when there are some."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import anyio


@dataclass(slots=True)
class Listener:
    """Waits for news; those that come while nobody waits are told once, so that no queue can grow."""

    _bell: anyio.Event = field(default_factory=anyio.Event)

    def ring(self) -> None:
        """Tell that there are news."""
        self._bell.set()

    async def news(self, patience: float) -> bool:
        """Wait for news, so many seconds at most; whether there were any."""
        with anyio.move_on_after(patience):
            await self._bell.wait()
        heard = self._bell.is_set()
        if heard:
            self._bell = anyio.Event()
        return heard


@dataclass(slots=True)
class News:
    """Passes events of the engine on to those who listen for an execution, or for all."""

    _listeners: dict[str | None, set[int]] = field(default_factory=dict)
    _by_number: dict[int, Listener] = field(default_factory=dict)
    _next: int = 0

    def take(self, event: Mapping[str, Any]) -> None:
        """An event of the stream."""
        name = event.get("executionId")
        for key in {name, None}:
            for number in self._listeners.get(key, ()):
                self._by_number[number].ring()

    def ring_all(self) -> None:
        """Wake everybody, for the end of the server."""
        for listener in self._by_number.values():
            listener.ring()

    @contextmanager
    def of(self, execution_id: str | None) -> Iterator[Listener]:
        """Listen for an execution, None for all."""
        listener, number = Listener(), self._next
        self._next += 1
        self._by_number[number] = listener
        self._listeners.setdefault(execution_id, set()).add(number)
        try:
            yield listener
        finally:
            del self._by_number[number]
            numbers = self._listeners[execution_id]
            numbers.discard(number)
            if not numbers:
                del self._listeners[execution_id]
