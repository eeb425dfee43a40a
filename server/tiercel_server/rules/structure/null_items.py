"""Lists of objects with an item that is nothing: a dash without a task, trigger or input."""

from __future__ import annotations

from collections.abc import Iterator

from tiercel_schemas.catalog import Property
from tiercel_schemas.diagnostics import Diagnostic
from tiercel_schemas.source.nodes import MappingNode, Node, ScalarNode, SequenceNode, follow
from tiercel_schemas.source.spans import Span
from tiercel_schemas.source.values import scalar_value
from tiercel_server.analysis.mappings import effective_pairs
from tiercel_server.rules.examples import log, logs, tasks
from tiercel_server.rules.model import Rule, RuleContext
from tiercel_server.rules.registry import checks

NULL_ITEM = Rule(
    code="null-item",
    group="structure",
    summary="A list of tasks, triggers or inputs has an item that is nothing.",
    why="Kestra refuses the flow: an item must not be null. A dash that ends the text as it is typed is left alone.",
    bad=tasks(log("Hello"), "  -\n"),
    good=logs("Hello"),
)

_LISTS = {
    "tasks": "a task",
    "errors": "a task",
    "finally": "a task",
    "afterExecution": "a task",
    "inputs": "an input",
    "triggers": "a trigger",
}


@checks(NULL_ITEM)
def check(context: RuleContext) -> Iterator[Diagnostic]:
    """The lists of the flow, and those of tasks in every task."""
    text = context.flow.source.text.text
    for node, what in _lists(context):
        for item in node.items:
            value = follow(item)
            if item is value and isinstance(value, ScalarNode) and _is_null(value) and not _is_typed(text, value):
                yield NULL_ITEM.finding(f"this item of the list is empty: write {what}", _dash(text, value.span))


def _lists(context: RuleContext) -> Iterator[tuple[SequenceNode, str]]:
    seen: set[int] = set()
    flow = context.flow
    for pair in effective_pairs(flow.root):
        value = follow(pair.value)
        if pair.name in _LISTS and isinstance(value, SequenceNode) and id(value) not in seen:
            seen.add(id(value))
            yield value, _LISTS[pair.name]
    for task in flow.outline.tasks:
        plugin = flow.catalog.plugin(task.type) if task.type else None
        for pair in effective_pairs(task.node) if plugin is not None else ():
            prop = plugin.find(pair.name) if plugin is not None and pair.name is not None else None
            for value in _task_lists(prop, follow(pair.value)):
                if id(value) not in seen:
                    seen.add(id(value))
                    yield value, "a task"


def _task_lists(prop: Property | None, value: Node | None) -> Iterator[SequenceNode]:
    if prop is None:
        return
    if isinstance(value, SequenceNode) and _holds_tasks(prop.items):
        yield value
    elif isinstance(value, MappingNode) and prop.values is not None and _holds_tasks(prop.values.items):
        for pair in effective_pairs(value):
            below = follow(pair.value)
            if isinstance(below, SequenceNode):
                yield below


def _holds_tasks(items: Property | None) -> bool:
    return items is not None and (items.base or "").endswith(".Task")


def _is_null(node: ScalarNode) -> bool:
    return node.tag is None and scalar_value(node) is None


def _is_typed(text: str, node: ScalarNode) -> bool:
    """Whether the dash is the last of the text, and its line still goes on: whoever types has come so far."""
    rest = text[node.span.start :]
    return node.span.start == node.span.end and not rest.strip() and (not rest or rest[0] in " \t")


def _dash(text: str, span: Span) -> Span:
    if span.start < span.end:
        return span
    end = len(text[: span.start].rstrip())
    return Span(end - 1, end) if text[end - 1 : end] == "-" else span
