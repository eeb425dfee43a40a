"""A live tree of task runs with states and times, logs scrolling above it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.text import Text
from rich.tree import Tree

from tiercel_server.cli.running.progress import ExecutionLine, Progress, TaskLine
from tiercel_server.cli.running.views.wording import STYLES, mark, outputs_lines, safe, seconds, shown

MOST_LINES = 40
"""Task runs drawn; of more, the first ones that are not yet done."""


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

    def close(self) -> None:
        """Leave the finished tree and the outputs on the screen."""
        self._live.stop()
        main = self._progress.main
        if main is None:
            return
        self._console.print(self._draw())
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
        now = datetime.now(UTC)
        length = ((main.ended or now) - main.started).total_seconds() if main.started else None
        tree = Tree(_line(main.flow, main.state, length))
        self._grow(tree, main, None, now, _Budget(MOST_LINES))
        return tree

    def _grow(self, tree: Tree, execution: ExecutionLine, parent: str | None, now: datetime, budget: _Budget) -> None:
        hidden = 0
        for line in execution.children_of(parent):
            if not budget.take():
                hidden += 1
                continue
            branch = tree.add(_task(line, now))
            self._grow(branch, execution, line.id, now, budget)
            for child in self._started_by(line):
                if budget.take():
                    length = ((child.ended or now) - child.started).total_seconds() if child.started else None
                    self._grow(
                        branch.add(_line(child.label or child.flow, child.state, length)), child, None, now, budget
                    )
        if hidden:
            tree.add(Text(f"… and {hidden} more", style="dim"))

    def _started_by(self, line: TaskLine) -> Iterator[ExecutionLine]:
        return (each for each in self._progress.executions.values() if each.parent_task_run == line.id)


class _Budget:
    def __init__(self, lines: int) -> None:
        self._left = lines

    def take(self) -> bool:
        self._left -= 1
        return self._left >= 0


def _task(line: TaskLine, now: datetime) -> Text:
    text = _line(line.label, line.state, line.seconds(now))
    if line.message and line.state in ("FAILED", "KILLED"):
        text.append(f"  {safe(line.message).splitlines()[0]}", style="red")
    return text


def _line(name: str, state: str, length: float | None) -> Text:
    style = STYLES.get(state, "")
    return Text.assemble(
        (f"{mark(state)} ", style), name, (f" {state}", style), (f" {seconds(length)}".rstrip(), "dim")
    )
