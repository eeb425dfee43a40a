"""A run drawn as a tree of task runs with states and times."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from rich.text import Text
from rich.tree import Tree

from tiercel_server.cli.running.progress import ENDS, ExecutionLine, Progress, TaskLine
from tiercel_server.cli.running.views.wording import STYLES, mark, safe, seconds

Details = Callable[[TaskLine], Iterable[str]]


def no_details(_line: TaskLine) -> Iterable[str]:
    """Task runs without anything below their line."""
    return ()


class Drawing:
    """Draws the main execution of a run with all that it started.

    `now` counts for what has not ended. Beyond `most_lines`, task runs are counted instead of drawn. `details` gives
    the lines to stand below a task run.
    """

    def __init__(self, progress: Progress, now: datetime, most_lines: int, details: Details = no_details) -> None:
        self._progress = progress
        self._now = now
        self._left = most_lines
        self._details = details

    def tree(self, main: ExecutionLine) -> Tree:
        """The tree of an execution of the run."""
        tree = Tree(self._execution(main, main.flow))
        self._grow(tree, main, None)
        return tree

    def _grow(self, tree: Tree, execution: ExecutionLine, parent: str | None) -> None:
        hidden = 0
        for line in execution.children_of(parent):
            if not self._take():
                hidden += 1
                continue
            branch = tree.add(self._task(line))
            self._grow(branch, execution, line.id)
            self._grow_started(branch, line)
        _count(tree, hidden)

    def _grow_started(self, branch: Tree, line: TaskLine) -> None:
        hidden = 0
        for child in self._started_by(line):
            if self._take():
                self._grow(branch.add(self._execution(child, child.label or child.flow)), child, None)
            else:
                hidden += 1
        _count(branch, hidden)

    def _started_by(self, line: TaskLine) -> Iterator[ExecutionLine]:
        return (each for each in self._progress.executions.values() if each.parent_task_run == line.id)

    def _take(self) -> bool:
        self._left -= 1
        return self._left >= 0

    def _execution(self, line: ExecutionLine, name: str) -> Text:
        return _line(name, line.state, line.seconds(self._now))

    def _task(self, line: TaskLine) -> Text:
        if line.reused and line.state in ENDS:
            text = Text.assemble(("= ", "dim"), line.label, (" reused", "dim"))
        else:
            text = _line(line.label, line.state, line.seconds(self._now))
        if line.message and line.state in ("FAILED", "KILLED"):
            text.append(f"  {safe(line.message).splitlines()[0]}", style="red")
        for detail in self._details(line):
            text.append(f"\n  {detail}", style="dim")
        return text


def _count(tree: Tree, hidden: int) -> None:
    if hidden:
        tree.add(Text(f"… and {hidden} more", style="dim"))


def _line(name: str, state: str, length: float | None) -> Text:
    style = STYLES.get(state, "")
    return Text.assemble(
        (f"{mark(state)} ", style), name, (f" {state}", style), (f" {seconds(length)}".rstrip(), "dim")
    )
