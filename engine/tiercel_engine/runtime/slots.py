"""The places of running executions that a flow's `concurrency` allows."""

from __future__ import annotations

from collections import deque

Key = tuple[str, str]


class Slots:
    """Counts running executions by flow, and keeps those that wait in line."""

    def __init__(self) -> None:
        self._running: dict[Key, int] = {}
        self._waiting: dict[Key, deque[str]] = {}

    def take(self, key: Key, limit: int) -> bool:
        """Take a place if there is one."""
        running = self._running.get(key, 0)
        if running >= limit:
            return False
        self._running[key] = running + 1
        return True

    def wait(self, key: Key, execution_id: str) -> None:
        """Stand in line."""
        self._waiting.setdefault(key, deque()).append(execution_id)

    def leave_line(self, key: Key, execution_id: str) -> None:
        """Give up waiting."""
        line = self._waiting.get(key)
        if line is not None and execution_id in line:
            line.remove(execution_id)

    def give_back(self, key: Key) -> str | None:
        """Free a place; the execution that is next gets it and is returned."""
        line = self._waiting.get(key)
        if line:
            return line.popleft()
        self._running[key] = max(self._running.get(key, 1) - 1, 0)
        return None
