"""The tree of a YAML text: scalars, mappings, sequences and aliases, each with its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from tiercel_schemas.source.spans import Span

ScalarStyle = Literal["plain", "single", "double", "literal", "folded"]


@dataclass(slots=True, eq=False)
class ScalarNode:
    """A scalar: `value` is its text after unfolding and unescaping, not yet typed.

    `indent` is the column of the content of a block scalar, 0 otherwise.
    """

    span: Span
    value: str
    style: ScalarStyle = "plain"
    tag: str | None = None
    anchor: str | None = None
    indent: int = 0


@dataclass(slots=True, eq=False)
class AliasNode:
    """A `*name`; `target` is the node that `&name` marks, None where there is none yet."""

    span: Span
    name: str
    target: Node | None = None


@dataclass(slots=True, eq=False)
class Pair:
    """A key and its value; `value` is None only where the text breaks off before it could be read."""

    key: Node
    value: Node | None

    @property
    def name(self) -> str | None:
        """The key's text when the key is a scalar."""
        key = self.key.target if isinstance(self.key, AliasNode) else self.key
        return key.value if isinstance(key, ScalarNode) else None

    @property
    def span(self) -> Span:
        """From the key's start to the value's end."""
        return Span(self.key.span.start, self.value.span.end if self.value is not None else self.key.span.end)


@dataclass(slots=True, eq=False)
class MappingNode:
    """A mapping in the order of the text; a key may stand in it twice."""

    span: Span
    pairs: list[Pair]
    flow_style: bool = False
    tag: str | None = None
    anchor: str | None = None

    def pair(self, name: str) -> Pair | None:
        """The first pair with this key."""
        return next((pair for pair in self.pairs if pair.name == name), None)

    def get(self, name: str) -> Node | None:
        """The value of the first pair with this key, an alias already followed."""
        pair = self.pair(name)
        return follow(pair.value) if pair is not None else None


@dataclass(slots=True, eq=False)
class SequenceNode:
    """A sequence in the order of the text."""

    span: Span
    items: list[Node]
    flow_style: bool = False
    tag: str | None = None
    anchor: str | None = None


Node = ScalarNode | MappingNode | SequenceNode | AliasNode
PathStep = str | int
Path = tuple[PathStep, ...]


def follow(node: Node | None) -> Node | None:
    """The node that an alias stands for; any other node as it is."""
    return node.target if isinstance(node, AliasNode) else node


def children(node: Node) -> Iterator[tuple[PathStep, Node]]:
    """The steps below a node; a mapping's keys that are no scalars are left out."""
    if isinstance(node, MappingNode):
        for pair in node.pairs:
            if pair.name is not None and pair.value is not None:
                yield pair.name, pair.value
    elif isinstance(node, SequenceNode):
        yield from enumerate(node.items)


def walk(node: Node, path: Path = ()) -> Iterator[tuple[Path, Node]]:
    """Every node with its path, parents first; aliases are not followed (so this always ends)."""
    stack: list[tuple[Path, Node]] = [(path, node)]
    while stack:
        path, node = stack.pop()
        yield path, node
        stack.extend((((*path, step), child) for step, child in reversed(list(children(node)))))
