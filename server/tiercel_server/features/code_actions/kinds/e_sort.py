"""Keys of a flow or a task in the order in which people write them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import pairwise

from tiercel_schemas.source.nodes import MappingNode
from tiercel_schemas.source.spans import Span
from tiercel_server.features.code_actions.blocks import block_lines, joined, pair_blocks
from tiercel_server.features.code_actions.model import REWRITE, ActionPlace, Change, CodeAction, Edit, offers
from tiercel_server.features.code_actions.selection import selected_tasks

_FLOW = (
    *("id", "namespace", "revision", "description", "disabled", "labels", "inputs", "variables"),
    *("pluginDefaults", "taskDefaults", "workerSelector", "workerGroup", "concurrency", "retry", "sla", "checks"),
    *("tasks", "errors", "finally", "afterExecution", "outputs", "triggers"),
)
_TASK_FIRST = ("id", "type", "description", "disabled", "runIf", "when", "condition")
_TASK_LAST = (
    *("timeout", "retry", "allowFailure", "allowWarning", "logLevel", "logToFile", "taskCache", "workerSelector"),
    *("workerGroup", "then", "else", "tasks", "cases", "defaults", "errors", "finally"),
)


@offers
def sorts(place: ActionPlace) -> Iterator[CodeAction]:
    """The keys of the flow where the cursor is at its own keys, and those of the task around it."""
    flow = place.flow
    if flow is None:
        return
    found = selected_tasks(flow, place.snapshot.text, place.span)
    if found is not None and len(found.tasks) == 1:
        task = found.tasks[0]
        yield from _sorting(place, task.node, f"Sort the keys of {found.title}", _TASK_FIRST, _TASK_LAST)
    elif found is None:
        yield from _sorting(place, flow.root, "Sort the keys of the flow", _FLOW, ())


def _sorting(
    place: ActionPlace, node: MappingNode, title: str, first: Sequence[str], last: Sequence[str]
) -> Iterator[CodeAction]:
    order = _order(node, first, last)
    if order != sorted(order) and pair_blocks(place.snapshot.text, node) is not None:
        yield CodeAction(title, REWRITE, partial(_sorted, place, node, order))


def _order(node: MappingNode, first: Sequence[str], last: Sequence[str]) -> list[tuple[int, int]]:
    """A place for each pair; those that no list names stay in their order, between the two."""
    ranks = {name: (0, place) for place, name in enumerate(first)} | {name: (2, at) for at, name in enumerate(last)}
    return [ranks.get(pair.name or "", (1, number)) for number, pair in enumerate(node.pairs)]


def _sorted(place: ActionPlace, node: MappingNode, order: list[tuple[int, int]]) -> Change | None:
    text = place.snapshot.text
    blocks = pair_blocks(text, node)
    if not blocks:
        return None
    column = blocks[0].column
    head = text.line_text(blocks[0].first)[:column]
    parts = [block_lines(text, block) for block in blocks]
    parts[0] = [" " * column + parts[0][0][column:], *parts[0][1:]]
    # What stands between two pairs, blank lines and comments that belong to neither, stays where it is.
    between = [[text.line_text(line) for line in range(one.last + 1, two.first)] for one, two in pairwise(blocks)]
    arranged = [parts[index] for index in sorted(range(len(parts)), key=lambda index: order[index])]
    lines = list(arranged[0])
    for gap, part in zip(between, arranged[1:], strict=True):
        lines += [*gap, *part]
    if head.strip():
        comments = next((at for at, line in enumerate(lines) if not line.lstrip().startswith("#")), 0)
        lines[comments] = head + lines[comments][column:]
        lines[:comments] = [line[: len(head) - len(head.lstrip())] + line.lstrip() for line in lines[:comments]]
    span = Span(text.line_starts[blocks[0].first], blocks[-1].span(text).end)
    made = joined(text, lines)
    return Change((Edit(span, made if text.text[: span.end].endswith("\n") else made.rstrip("\r\n")),))
