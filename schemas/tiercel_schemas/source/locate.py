"""Finding nodes by path and paths by place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tiercel_schemas.source.nodes import MappingNode, Node, Pair, Path, ScalarNode, SequenceNode, follow
from tiercel_schemas.source.parser import SourceFile
from tiercel_schemas.source.spans import Span


def node_at(root: Node | None, path: Path) -> Node | None:
    """The node that a path leads to, aliases followed; None where it leads nowhere."""
    node = follow(root)
    for step in path:
        if isinstance(node, MappingNode) and isinstance(step, str):
            node = node.get(step)
        elif isinstance(node, SequenceNode) and isinstance(step, int) and 0 <= step < len(node.items):
            node = follow(node.items[step])
        else:
            return None
    return node


def pair_at(root: Node | None, path: Path) -> Pair | None:
    """The pair that the last step of a path names; None where that step is no key."""
    if not path or not isinstance(path[-1], str):
        return None
    parent = node_at(root, path[:-1])
    return parent.pair(path[-1]) if isinstance(parent, MappingNode) else None


def span_of(root: Node | None, path: Path) -> Span | None:
    """Where to point for a path: the key when the last step is one, else the node; the nearest parent there is."""
    for length in range(len(path), -1, -1):
        pair = pair_at(root, path[:length])
        if pair is not None:
            return pair.key.span
        node = node_at(root, path[:length])
        if node is not None:
            return node.span
    return None


Role = Literal["key", "value", "item"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where an offset stands in a tree.

    `path` leads to the innermost node (for a key: to its value). `role` tells whether the offset is on a key, on the
    value of a key or on an item of a list. `node` is the key, the value or the item itself; None where there is none.
    """

    path: Path
    role: Role
    node: Node | None


def path_at(root: Node | None, offset: int) -> Place | None:
    """The innermost key, value or item that holds an offset; None outside the tree."""
    if root is None or not root.span.contains(offset):
        return None
    path: Path = ()
    node: Node = root
    role: Role = "value"
    while True:
        if isinstance(node, MappingNode):
            pair = next((pair for pair in node.pairs if _holds(pair, offset)), None)
            if pair is None or pair.name is None:
                return Place(path, role, node)
            path = (*path, pair.name)
            if pair.key.span.contains(offset):
                return Place(path, "key", pair.key)
            if pair.value is None or not pair.value.span.contains(offset):
                return Place(path, "value", pair.value)
            node, role = pair.value, "value"
        elif isinstance(node, SequenceNode):
            found = next(((i, item) for i, item in enumerate(node.items) if item.span.contains(offset)), None)
            if found is None:
                return Place(path, role, node)
            path, node, role = (*path, found[0]), found[1], "item"
        else:
            return Place(path, role, node)


def _holds(pair: Pair, offset: int) -> bool:
    return pair.span.contains(offset)


def scalar_at(file: SourceFile, offset: int) -> tuple[Path, ScalarNode] | None:
    """The scalar value or item that holds an offset, with its path."""
    document = file.document_at(offset)
    place = path_at(document.root, offset) if document is not None else None
    if place is None or place.role == "key" or not isinstance(place.node, ScalarNode):
        return None
    return place.path, place.node
