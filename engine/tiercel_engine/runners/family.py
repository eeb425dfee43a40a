"""A command's process group and, where the system has /proc, the descendants that have left it."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from anyio.abc import Process


@dataclass(frozen=True, slots=True)
class _Entry:
    pid: int
    parent: int
    group: int
    start: int


class Family:
    """Whom signals for a command reach. Descendants are known once they have been looked for.

    Without /proc only the process group is known, on Windows only the command itself.
    """

    def __init__(self, process: Process) -> None:
        self._process = process
        self._known: dict[int, _Entry] = {}

    def look(self) -> None:
        """Look for descendants; those seen earlier stay known although their parents may have ended."""
        entries = {entry.pid: entry for entry in _processes()}
        children: dict[int, list[_Entry]] = {}
        for entry in entries.values():
            children.setdefault(entry.parent, []).append(entry)
        leader = self._process.pid
        self._known = {
            pid: entries[pid]
            for pid, known in self._known.items()
            if pid in entries and entries[pid].start == known.start
        }
        waiting = [entry for entry in entries.values() if entry.group == leader or entry.pid in self._known]
        while waiting:
            entry = waiting.pop()
            self._known[entry.pid] = entry
            waiting.extend(child for child in children.get(entry.pid, ()) if child.pid not in self._known)

    def signal_children(self, number: signal.Signals) -> None:
        """Signal all but the command itself; without /proc nobody."""
        self.look()
        for pid in self._known:
            if pid != self._process.pid:
                _signal_one(pid, number)

    def signal_all(self, number: signal.Signals) -> None:
        """Signal the group and all descendants."""
        self.look()
        with suppress(ProcessLookupError, PermissionError):
            if sys.platform != "win32":
                os.killpg(self._process.pid, number)
            elif self._process.returncode is None:
                self._process.terminate()
        for entry in self._known.values():
            if entry.group != self._process.pid:
                _signal_one(entry.pid, number)


def _signal_one(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)


def _processes() -> Iterator[_Entry]:
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError, ValueError, IndexError):
            fields = status.read_text(errors="replace").rsplit(")", 1)[1].split()
            yield _Entry(int(status.parent.name), int(fields[1]), int(fields[2]), int(fields[19]))
