"""A live tree of task runs with states and times, logs scrolling above it."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.text import Text
from rich.tree import Tree

from tiercel_server.cli.running.progress import Progress
from tiercel_server.cli.running.views.drawing import Drawing, Room
from tiercel_server.cli.running.views.wording import STYLES, outputs_lines, safe, shown

FINAL = Room(lines=200, repetitions=10)
"""What is left on the screen at the end."""
LIVE_REPETITIONS = 5
_BELOW = 2
"""Lines that stay free below the living tree: it must never be cut by the end of the screen."""


class TreeView:
    """Draws the tree while the run goes on, and once more at the end."""

    def __init__(self, log_level: str, console: Console | None = None) -> None:
        self._log_level = log_level
        self._progress = Progress()
        self._console = console or Console(highlight=False)
        self._live = Live(
            console=self._console,
            get_renderable=self._draw,
            refresh_per_second=8,
            transient=True,
            vertical_overflow="crop",
        )
        self._live.start()

    def recall(self, events: Iterable[Mapping[str, Any]]) -> None:
        """Draw what went before as a part of the tree."""
        self._progress.recall(events)

    def take(self, event: Mapping[str, Any]) -> None:
        """Draw what the event tells."""
        self._progress.take(event)
        kind = event["event"]
        if kind == "notice":
            self._console.print(
                Text(f"{event['level'].lower()}: {event['message']}", style=STYLES.get(event["level"], ""))
            )
        elif kind == "log" and shown(event["level"], self._log_level):
            self._console.print(self._log(event))

    def say(self, text: str) -> None:
        """Say a word above the tree, or where standard error leads."""
        if sys.stderr.isatty():
            self._console.print(Text(text, style="yellow"))
        else:
            sys.stderr.write(f"{text}\n")
            sys.stderr.flush()

    def close(self) -> None:
        """Leave the finished tree and the outputs on the screen."""
        self._live.stop()
        main = self._progress.main
        if main is None:
            return
        self._console.print(Drawing(datetime.now(UTC), FINAL).tree(main))
        for line in outputs_lines((main.finished or {}).get("outputs") or {}):
            self._console.print(Text(f"  {line}"))

    def _log(self, event: Mapping[str, Any]) -> Text:
        line = self._progress.task_line(event)
        where = f"{self._progress.path(line)} " if line is not None else ""
        text = Text(f"{event['level']:<5} ", style=STYLES.get(event["level"], ""))
        return text.append(where, style="dim").append(safe(event["message"]), style="default")

    def _draw(self) -> Tree | Text:
        main = self._progress.main
        if main is None:
            return Text("starting …", style="dim")
        room = Room(max(self._console.height - _BELOW, 3), LIVE_REPETITIONS)
        return Drawing(datetime.now(UTC), room).tree(main)
