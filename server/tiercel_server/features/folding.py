"""Stretches that an editor may fold: sections, tasks and texts of several lines."""

from __future__ import annotations

from dataclasses import dataclass

from tiercel_schemas.source.nodes import MappingNode, Node, ScalarNode, children
from tiercel_server.workspace import DocumentSnapshot


@dataclass(frozen=True, slots=True)
class Fold:
    """From a line to a line, both from 0, both shown or hidden together with what lies between."""

    start: int
    end: int


def folds(snapshot: DocumentSnapshot) -> tuple[Fold, ...]:
    """The folds of a document's flows."""
    text = snapshot.text
    found: set[Fold] = set()
    for flow in snapshot.flows:
        stack: list[tuple[int, Node]] = [(text.line_at(flow.root.span.start), flow.root)]
        while stack:
            start, node = stack.pop()
            end = text.line_at(max(node.span.start, node.span.end - 1))
            if end > start and node is not flow.root:
                found.add(Fold(start, end))
            if isinstance(node, MappingNode):
                pairs = ((pair.key.span.start, pair.value) for pair in node.pairs if pair.value is not None)
                stack.extend((text.line_at(offset), value) for offset, value in pairs)
            elif not isinstance(node, ScalarNode):
                stack.extend((text.line_at(child.span.start), child) for _, child in children(node))
    return tuple(sorted(found, key=lambda fold: (fold.start, -fold.end)))
