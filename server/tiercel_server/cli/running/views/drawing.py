"""A run drawn as a tree of task runs with states and times, folded where it would be too long."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from rich.text import Text
from rich.tree import Tree

from tiercel_server.cli.running.progress import ENDS, GOOD_ENDS, ExecutionLine, TaskLine
from tiercel_server.cli.running.views.wording import STYLES, mark, safe, seconds

_Line = TypeVar("_Line", TaskLine, ExecutionLine)
Details = Callable[[TaskLine], Iterable[str]]
LONGEST_NAME = 60
"""Characters of a name that are shown: the state behind it matters more."""
_DONE = GOOD_ENDS | {"SKIPPED"}
"""Ends that nobody has to look at."""


def no_details(_line: TaskLine) -> Iterable[str]:
    """Task runs without anything below their line."""
    return ()


@dataclass(frozen=True, slots=True)
class Room:
    """How much is drawn: lines in all, and repetitions (of a loop) that stand beside one another in full."""

    lines: int
    repetitions: int


@dataclass(slots=True)
class Branch:
    """A line of the tree with what stands below it. `state` None is a line that counts others."""

    text: Text
    state: str | None = None
    below: list[Branch] = field(default_factory=list)

    @property
    def size(self) -> int:
        """Lines with all below."""
        return 1 + sum(branch.size for branch in self.below)

    @property
    def is_done(self) -> bool:
        """Whether it, and all below it, ended well."""
        return self.state in _DONE and all(branch.is_done for branch in self.below)


class Drawing:
    """Draws the main execution of a run with all that it started.

    `now` counts for what has not ended. `details` gives the lines to stand below a task run. What is beyond the room
    is folded: repetitions and tasks that ended well are counted first, what runs or failed is kept as long as possible.
    """

    def __init__(self, now: datetime, room: Room, details: Details = no_details) -> None:
        self._now = now
        self._room = room
        self._details = details

    def tree(self, main: ExecutionLine) -> Tree:
        """The tree of an execution of the run."""
        top = self._execution(main, main.flow)
        _fit(top, self._room.lines)
        return _drawn(Tree(top.text), top)

    def _execution(self, line: ExecutionLine, name: str) -> Branch:
        text = _line(name, line.state, seconds(line.seconds(self._now)))
        return Branch(text, line.state, self._tasks(line.children_of(None), line))

    def _tasks(self, lines: Sequence[TaskLine], execution: ExecutionLine) -> list[Branch]:
        counts = Counter(line.task_id for line in lines)
        branches: list[Branch] = []
        folded: set[str] = set()
        for line in lines:
            if counts[line.task_id] <= self._room.repetitions:
                branches.append(self._task(line, execution))
            elif line.task_id not in folded:
                folded.add(line.task_id)
                same = [each for each in lines if each.task_id == line.task_id]
                branches += self._repetitions(same, lambda each: self._task(each, execution), line.task_id)
        return branches

    def _task(self, line: TaskLine, execution: ExecutionLine) -> Branch:
        if line.reused and line.state in ENDS:
            text = Text.assemble(("= ", "dim"), line.label, (" reused", "dim"))
        else:
            text = _line(line.label, line.state, self._length(line))
        if line.message and line.state in {"FAILED", "KILLED"}:
            first = safe(line.message).strip().splitlines() or [""]
            text.append(f"  {first[0]}", style="red")
        for detail in self._details(line):
            text.append(f"\n  {detail}", style="dim")
        below = self._tasks(execution.children_of(line.id), execution)
        started = line.started_executions
        if len(started) > self._room.repetitions:
            below += self._repetitions(started, lambda each: self._execution(each, each.label or each.flow), "")
        else:
            below += [self._execution(each, each.label or each.flow) for each in started]
        return Branch(text, line.state, below)

    def _length(self, line: TaskLine) -> str:
        length = seconds(line.seconds(self._now))
        if line.size is None or line.state in ENDS or not line.started_executions:
            return length
        ended = sum(each.state in ENDS for each in line.started_executions)
        return f"{length}  {ended} of {line.size}"

    def _repetitions(self, lines: Sequence[_Line], branch: Callable[[_Line], Branch], name: str) -> list[Branch]:
        """Those that failed and those at work, and how many ended well; the first ones where nothing else is there."""
        open_lines: list[_Line] = [line for line in lines if line.state not in _DONE]
        open_lines.sort(key=lambda line: line.state not in ENDS)
        shown: list[_Line] = open_lines[: self._room.repetitions]
        kept = {id(line) for line in shown}
        rest: Counter[str] = Counter(line.state for line in lines if id(line) not in kept)
        return [*(branch(line) for line in shown), *_counted(rest, name)]


def _counted(states: Counter[str], name: str = "") -> list[Branch]:
    """A line for each state: how many."""
    return [
        Branch(
            Text.assemble(
                (f"{mark(state)} ", STYLES.get(state, "")),
                (f"{count} {name}".rstrip(), "dim"),
                (f" {state}", STYLES.get(state, "")),
            ),
            None,
        )
        for state, count in states.items()
    ]


def _fit(top: Branch, room: int) -> None:
    """Fold as little as makes it fit."""
    if top.size > room:
        _close_done(top)
    if top.size > room:
        _count_done(top, room)
    if top.size > room:
        _cut(top, room)


def _close_done(branch: Branch) -> None:
    """Draw nothing below what ended well."""
    for each in branch.below:
        if each.is_done:
            each.below = []
        else:
            _close_done(each)


def _count_done(branch: Branch, room: int) -> None:
    """Count what ended well among siblings, the last one apart: it tells how far the run has come."""
    done = [each for each in branch.below if each.state is not None and each.is_done][:-1]
    if len(done) > 1 and branch.size > room:
        folded = {id(each) for each in done}
        counted = _counted(Counter(str(each.state) for each in done))
        branch.below = [*counted, *(each for each in branch.below if id(each) not in folded)]
    for each in branch.below:
        if each.state is not None and not each.is_done:
            _count_done(each, room)


def _cut(top: Branch, room: int) -> None:
    """Leave out what matters least until it fits, and say below its parent how much: the deepest and last first."""
    found = list(_places(top, 0))
    left = {id(branch): len(branch.below) for branch in (top, *(each for each, _, _ in found))}
    hidden: Counter[int] = Counter()
    gone: set[int] = set()
    size = top.size
    order = sorted(range(len(found)), key=lambda place: (_weight(found[place][0]), -found[place][2], -place))
    # What holds others can only go after these, however little it matters: hence the turns.
    for place in (place for _ in range(len(found)) for place in order):
        if size <= room or len(gone) == len(found):
            break
        branch, parent, _ = found[place]
        if left[id(branch)] or id(branch) in gone:
            continue
        gone.add(id(branch))
        size -= 2 if hidden[id(branch)] else 1
        size += 0 if hidden[id(parent)] else 1
        hidden[id(parent)] += 1
        left[id(parent)] -= 1
    for branch in (top, *(each for each, _, _ in found)):
        branch.below = [each for each in branch.below if id(each) not in gone]
        if count := hidden[id(branch)]:
            branch.below.append(Branch(Text(f"… and {count} more", style="dim")))


def _places(parent: Branch, depth: int) -> Iterator[tuple[Branch, Branch, int]]:
    """Each branch below with its parent and how deep it is."""
    for branch in parent.below:
        yield branch, parent, depth
        yield from _places(branch, depth + 1)


def _weight(branch: Branch) -> int:
    """How much a line matters: what ended well least, what failed most."""
    if branch.state is None:
        return 2
    if branch.is_done:
        return 0
    if branch.state in {"CREATED", "SUBMITTED", "QUEUED"}:
        return 1
    return 4 if branch.state in ENDS else 3


def _drawn(tree: Tree, branch: Branch) -> Tree:
    for each in branch.below:
        _drawn(tree.add(each.text), each)
    return tree


def _line(name: str, state: str, length: str) -> Text:
    style = STYLES.get(state, "")
    shown = name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…"
    text = Text.assemble((f"{mark(state)} ", style), shown, (f" {state}", style), (f" {length}".rstrip(), "dim"))
    text.no_wrap = True
    text.overflow = "ellipsis"
    return text
