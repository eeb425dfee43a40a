"""Reading of mappings with `<<` merged, as Kestra sees them."""

from __future__ import annotations

from collections.abc import Iterator

from tiercel_schemas.source.nodes import MappingNode, Node, Pair, ScalarNode, SequenceNode, follow
from tiercel_schemas.source.spans import Span
from tiercel_schemas.source.values import ScalarValue, scalar_text, scalar_value

_MERGE_DEPTH = 8
_ON_A_LINE = frozenset({"plain", "single", "double"})


def effective_pairs(node: MappingNode, depth: int = 0) -> Iterator[Pair]:
    """The pairs of a mapping, its own before merged ones; of a key that stands twice every pair comes."""
    merges: list[Node] = []
    for pair in node.pairs:
        if pair.name == "<<" and pair.value is not None:
            merges.append(pair.value)
        else:
            yield pair
    if depth >= _MERGE_DEPTH:
        return
    for merge in merges:
        target = follow(merge)
        sources = target.items if isinstance(target, SequenceNode) else [target] if target is not None else []
        for source in sources:
            mapping = follow(source)
            if isinstance(mapping, MappingNode) and mapping is not node:
                yield from effective_pairs(mapping, depth + 1)


def find_pair(node: Node | None, name: str) -> Pair | None:
    """The pair of this key, merged mappings included; None where there is none or the node is no mapping."""
    if not isinstance(node, MappingNode):
        return None
    merges = False
    for pair in node.pairs:
        found = pair.name
        if found == "<<":
            merges = True
        elif found == name:
            return pair
    return next((pair for pair in effective_pairs(node) if pair.name == name), None) if merges else None


def find_value(node: Node | None, name: str) -> Node | None:
    """The value of this key, aliases followed, merged mappings included."""
    pair = find_pair(node, name)
    return follow(pair.value) if pair is not None else None


def find_text(node: Node | None, name: str) -> str | None:
    """The text of this key's scalar; None where there is none."""
    value = find_value(node, name)
    return scalar_text(value) if isinstance(value, ScalarNode) else None


def find_scalar(node: Node | None, name: str) -> ScalarValue:
    """The typed value of this key's scalar; None where there is none."""
    value = find_value(node, name)
    return scalar_value(value) if isinstance(value, ScalarNode) else None


def find_items(node: Node | None, name: str) -> list[Node]:
    """The items of this key's list, aliases followed; empty where there is no list."""
    value = find_value(node, name)
    if not isinstance(value, SequenceNode):
        return []
    return [target for item in value.items if (target := follow(item)) is not None]


def pointing_span(node: Node | None, name: str) -> Span | None:
    """Where to point for a key's value: the value, or the key where the value is empty or long."""
    pair = find_pair(node, name)
    if pair is None:
        return None
    value = pair.value
    if (
        isinstance(value, ScalarNode)
        and value.span.end > value.span.start
        and value.style in {"plain", "single", "double"}
    ):
        return value.span
    return pair.key.span
