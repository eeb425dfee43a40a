"""Occurrences that are scalars or keys of YAML."""

from __future__ import annotations

from collections.abc import Iterator

from tiercel_schemas.source.nodes import MappingNode, Node, ScalarNode, SequenceNode, follow
from tiercel_schemas.source.scalar_offsets import ScalarOffsets, content_start
from tiercel_schemas.source.spans import Span
from tiercel_schemas.source.text import SourceText
from tiercel_server.analysis.mappings import find_pair
from tiercel_server.analysis.names.model import Name, Occurrence, Role


def literal(node: Node | None) -> ScalarNode | None:
    """The scalar of a node that is a text without expressions; None for anything else."""
    found = follow(node)
    return found if isinstance(found, ScalarNode) and found.value and "{" not in found.value else None


def literal_of(node: Node | None, key: str) -> ScalarNode | None:
    """The scalar of a mapping's key, if it is a text without expressions."""
    pair = find_pair(node, key)
    return literal(pair.value) if pair is not None else None


def text_of(node: Node | None, key: str) -> str:
    """The text of a mapping's key, "" where there is none without expressions."""
    found = literal_of(node, key)
    return found.value if found is not None else ""


def items_of(node: Node | None) -> Iterator[Node]:
    """The items of a list, aliases followed."""
    found = follow(node)
    if isinstance(found, SequenceNode):
        yield from (target for item in found.items if (target := follow(item)) is not None)


def keys_of(node: Node | None) -> Iterator[tuple[ScalarNode, Node | None]]:
    """The keys of a mapping that are texts without expressions, with their values."""
    found = follow(node)
    if isinstance(found, MappingNode):
        for pair in found.pairs:
            key = literal(pair.key)
            if key is not None and key.value != "<<":
                yield key, pair.value


def whole_scalar(name: Name, node: ScalarNode, role: Role, text: SourceText) -> Occurrence:
    """The occurrence of a name that is all of a scalar."""
    return Occurrence(name, content_span(node, text), role, "scalar", node.span)


def content_span(node: ScalarNode, text: SourceText) -> Span:
    """A scalar's text without its quotes."""
    start = content_start(text, node)
    if node.style == "plain":
        return Span(start, node.span.end)
    if node.style in {"single", "double"}:
        return Span(start, max(start, node.span.end - 1))
    return part_span(node, 0, len(node.value.rstrip()), text)


def part_span(node: ScalarNode, start: int, end: int, text: SourceText) -> Span:
    """The place of a part of a scalar's value."""
    return ScalarOffsets(text, node).text_span(Span(start, end))


def step_parts(node: ScalarNode, text: SourceText) -> Iterator[tuple[tuple[str, ...], Span]]:
    """The steps of a name written with dots in one scalar: those up to each, and the place of the last one."""
    if "." not in node.value:
        yield (node.value,), content_span(node, text)
        return
    offsets, at = ScalarOffsets(text, node), 0
    steps = node.value.split(".")
    for number, step in enumerate(steps, start=1):
        yield tuple(steps[:number]), offsets.text_span(Span(at, at + len(step)))
        at += len(step) + 1
