"""Which tasks are selected: neighbours in one list."""

from __future__ import annotations

from dataclasses import dataclass

from tiercel_schemas.source.nodes import Path
from tiercel_schemas.source.spans import Span
from tiercel_schemas.source.text import SourceText
from tiercel_server.analysis import FlowAnalysis
from tiercel_server.analysis.symbols import TaskSymbol
from tiercel_server.features.code_actions.blocks import Block, covered, item_block


@dataclass(frozen=True, slots=True)
class SelectedTasks:
    """Tasks that follow one another in a list, and the lines that they take. `whole_list`: no other is in it."""

    tasks: tuple[TaskSymbol, ...]
    block: Block
    whole_list: bool

    @property
    def title(self) -> str:
        """What to call them: the id of one, or how many."""
        if len(self.tasks) == 1:
            return f"`{self.tasks[0].id}`" if self.tasks[0].id else "task"
        return f"{len(self.tasks)} tasks"


def selected_tasks(flow: FlowAnalysis, text: SourceText, span: Span) -> SelectedTasks | None:
    """The deepest tasks that take in a selection: the one around a cursor, or those that a selection touches."""
    selected = _trimmed(text, span)
    lists: dict[Path, list[TaskSymbol]] = {}
    for task in flow.outline.tasks:
        if task.path and isinstance(task.path[-1], int):
            lists.setdefault(task.path[:-1], []).append(task)
    for path in sorted(lists, key=len, reverse=True):
        blocks = {id(task): item_block(text, task.node) for task in lists[path]}
        touched = [task for task in lists[path] if _touches(text, blocks[id(task)], selected)]
        found = [block for task in touched if (block := blocks[id(task)]) is not None]
        if not touched or len(found) != len(touched):
            continue
        whole = covered(found)
        lines = whole.span(text)
        if lines.start <= selected.start and selected.end <= lines.end:
            return SelectedTasks(tuple(touched), whole, len(touched) == len(lists[path]))
    return None


def _trimmed(text: SourceText, span: Span) -> Span:
    """A selection without the blank lines and blanks at its ends."""
    start, end = span.start, span.end
    while end > start and text.text[end - 1] in " \r\n\t":
        end -= 1
    while start < end and text.text[start] in " \r\n\t":
        start += 1
    return Span(start, end)


def _touches(text: SourceText, block: Block | None, span: Span) -> bool:
    if block is None:
        return False
    lines = block.span(text)
    if span.start == span.end:
        return lines.start <= span.start < max(lines.end, lines.start + 1)
    return lines.start < span.end and span.start < lines.end
