"""Plain lines, for pipes and logs of CI."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, TextIO

from tiercel_server.cli.running.progress import ENDS, Progress, TaskLine
from tiercel_server.cli.running.views.wording import mark, outputs_lines, safe, seconds, shown

_WORK = frozenset({"log", "taskrun.state", "execution.finished"})
"""Kinds of events that come after what was taken over."""


class LinesView:
    """Writes a line for each thing worth telling."""

    def __init__(self, out: TextIO, log_level: str) -> None:
        self._out = out
        self._log_level = log_level
        self._progress = Progress()
        self._reused: dict[str, TaskLine | None] = {}

    def recall(self, events: Iterable[Mapping[str, Any]]) -> None:
        """Write which execution goes on."""
        self._progress.recall(events)
        self._head("again")

    def take(self, event: Mapping[str, Any]) -> None:
        """Write what the event tells."""
        self._progress.take(event)
        kind = event["event"]
        if event.get("reused"):
            self._reused[event["taskRunId"]] = self._progress.task_line(event)
            return
        if kind in _WORK:
            self._tell_reused()
        if kind == "notice":
            self._line(f"{event['level'].lower()}: {event['message']}")
        elif kind == "execution.created":
            self._created(event)
        elif kind == "taskrun.state" and event["state"] in ENDS:
            self._ended(event)
        elif kind == "log" and shown(event["level"], self._log_level):
            self._log(event)

    def say(self, text: str) -> None:
        """Say a word to whoever waits; it is no part of what is told of the run."""
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()

    def close(self) -> None:
        """Write how it ended."""
        main = self._progress.main
        if main is None:
            return
        length = seconds(main.seconds(datetime.now(UTC)))
        self._line(f"{mark(main.state)} {main.flow} {main.state} in {length}")
        for line in outputs_lines((main.finished or {}).get("outputs") or {}):
            self._line(f"    {line}")

    def _tell_reused(self) -> None:
        lines = [line for line in self._reused.values() if line is not None and line.reused and line.state in ENDS]
        self._reused.clear()
        if lines:
            self._line(f"= reused: {', '.join(self._progress.path(line) for line in lines)}")

    def _created(self, event: Mapping[str, Any]) -> None:
        main = self._progress.main
        if main is not None and main.id == event["executionId"]:
            self._head("")

    def _head(self, how: str) -> None:
        main = self._progress.main
        if main is not None:
            self._line(f"Execution {main.id} of {main.flow} (Kestra {main.kestra_version}) {how}".rstrip())

    def _ended(self, event: Mapping[str, Any]) -> None:
        line = self._progress.task_line(event)
        if line is None:
            return
        length = seconds(line.seconds(datetime.fromisoformat(event["time"])))
        self._line(f"{mark(line.state)} {self._progress.path(line)} {line.state} {length}".rstrip())

    def _log(self, event: Mapping[str, Any]) -> None:
        line = self._progress.task_line(event)
        where = f"{self._progress.path(line)} | " if line is not None else ""
        for text in safe(event["message"]).split("\n"):
            self._line(f"  {event['level']:<5} {where}{text}")

    def _line(self, text: str) -> None:
        self._out.write(text + "\n")
        self._out.flush()
