"""Anchors of YAML and the aliases that stand for them."""

from __future__ import annotations

from collections.abc import Iterator

from tiercel_schemas.source.nodes import AliasNode, Node, walk
from tiercel_schemas.source.spans import Span
from tiercel_schemas.source.text import SourceText
from tiercel_server.analysis.names.model import Name, Occurrence


def anchor_occurrences(root: Node, text: SourceText) -> Iterator[Occurrence]:
    """The anchors of a document and where they are used again; they mean nothing outside of it."""
    place = f"#{root.span.start}"
    for _, node in walk(root):
        if isinstance(node, AliasNode):
            span = Span(node.span.start + 1, node.span.end)
            yield Occurrence(Name("anchor", "", place, (node.name,)), span, "reference", "word", node.span)
        elif node.anchor is not None:
            at = text.text.find(f"&{node.anchor}", node.span.start, node.span.end)
            if at >= 0:
                whole = Span(at, at + 1 + len(node.anchor))
                span = Span(at + 1, whole.end)
                yield Occurrence(Name("anchor", "", place, (node.anchor,)), span, "declaration", "word", whole)
