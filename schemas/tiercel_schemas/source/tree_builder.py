"""Events of the YAML scanner to nodes with positions in the author's text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import yaml

from tiercel_schemas.source.mending import Mending
from tiercel_schemas.source.nodes import (
    AliasNode,
    MappingNode,
    Node,
    Pair,
    ScalarNode,
    ScalarStyle,
    SequenceNode,
)
from tiercel_schemas.source.problems import SourceProblem
from tiercel_schemas.source.spans import Span

MAX_DEPTH = 100
"""Collections nested deeper than this are reported and read as empty."""

_STYLES: dict[str | None, ScalarStyle] = {"'": "single", '"': "double", "|": "literal", ">": "folded"}


@dataclass(slots=True)
class _OpenCollection:
    node: MappingNode | SequenceNode
    end: int
    key: Node | None = None
    keys: dict[str, Node] = field(default_factory=dict)


@dataclass(slots=True)
class TreeBuilder:
    """Takes the scanner's events one by one; `documents` holds the finished trees."""

    mending: Mending
    documents: list[tuple[Span, Node | None]] = field(default_factory=list)
    problems: list[SourceProblem] = field(default_factory=list)
    _open: list[_OpenCollection] = field(default_factory=list)
    _anchors: dict[str, Node] = field(default_factory=dict)
    _root: Node | None = None
    _start: int = 0
    _too_deep: int = 0

    def add(self, event: yaml.Event) -> None:
        """Take the next event of the stream."""
        if self._too_deep:
            self._skip(event)
        elif isinstance(event, yaml.ScalarEvent):
            self._place(self._scalar(event))
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            self._enter(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._leave(event)
        elif isinstance(event, yaml.AliasEvent):
            self._place(self._alias(event))
        elif isinstance(event, yaml.DocumentStartEvent):
            self._start, self._root = self._span(event).start, None
            self._anchors.clear()
        elif isinstance(event, yaml.DocumentEndEvent):
            self.documents.append((Span(self._start, self._span(event).end), self._root))

    def _span(self, event: yaml.Event) -> Span:
        start, end = event.start_mark, event.end_mark
        if start is None or end is None:  # The scanner always sets both; its types don't say so.
            return Span(0, 0)
        original = self.mending.original_offset
        return Span(original(start.index), original(end.index))

    def _scalar(self, event: yaml.ScalarEvent) -> ScalarNode:
        span = self._span(event)
        style = _STYLES.get(event.style, "plain")
        indent = 0
        if style in {"literal", "folded"}:
            span, indent = self._block_extent(span, event.value)
        return ScalarNode(span, event.value, style, event.tag, event.anchor, indent)

    def _block_extent(self, span: Span, value: str) -> tuple[Span, int]:
        # The scanner's end mark lies past trailing blank lines, and the indent of the content it does not tell.
        text = self.mending.source.text
        end = span.start + len(text[span.start : span.end].rstrip())
        source = self.mending.source
        for line in range(source.line_at(span.start) + 1, source.line_at(end) + 1):
            content = source.line_text(line)
            if content.strip():
                return Span(span.start, end), _leading_blanks(content) - _leading_blanks(value.lstrip("\n"))
        return Span(span.start, end), 0

    def _alias(self, event: yaml.AliasEvent) -> AliasNode:
        span = self._span(event)
        name = event.anchor or ""
        target = self._anchors.get(name)
        if target is None:
            message = f"`*{name}` names no `&{name}` before it."
            self.problems.append(SourceProblem("unknown-anchor", message, span))
        elif any(frame.node is target for frame in self._open):
            message = f"`*{name}` stands inside what it names: it would never end."
            self.problems.append(SourceProblem("unknown-anchor", message, span))
            target = None
        return AliasNode(span, name, target)

    def _enter(self, event: Any) -> None:
        span = self._span(event)
        if len(self._open) >= MAX_DEPTH:
            message = f"Nested more than {MAX_DEPTH} levels deep."
            self.problems.append(SourceProblem("nested-too-deeply", message, span))
            self._too_deep = 1
            return
        flow_style = bool(event.flow_style)
        node: MappingNode | SequenceNode
        if isinstance(event, yaml.MappingStartEvent):
            node = MappingNode(span, [], flow_style, event.tag, event.anchor)
        else:
            node = SequenceNode(span, [], flow_style, event.tag, event.anchor)
        if event.anchor:
            self._anchors[event.anchor] = node
        self._open.append(_OpenCollection(node, span.end))

    def _leave(self, event: yaml.CollectionEndEvent) -> None:
        frame = self._open.pop()
        # A block collection's end event stands at the next token, so its end is its last child's.
        end = self._span(event).end if frame.node.flow_style else frame.end
        frame.node.span = Span(frame.node.span.start, max(end, frame.node.span.start))
        self._place(frame.node)

    def _skip(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.CollectionStartEvent):
            self._too_deep += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            self._too_deep -= 1
            if not self._too_deep:
                self._place(ScalarNode(self._span(event), ""))

    def _place(self, node: Node) -> None:
        if isinstance(node, ScalarNode) and node.anchor:
            self._anchors[node.anchor] = node
        if not self._open:
            self._root = node
            return
        frame = self._open[-1]
        frame.end = max(frame.end, node.span.end)
        if isinstance(frame.node, SequenceNode):
            frame.node.items.append(node)
        elif frame.key is None:
            frame.key = node
        else:
            is_missing = isinstance(node, ScalarNode) and self.mending.is_missing_value(node.span)
            pair = Pair(frame.key, None if is_missing else node)
            self._report_duplicate(frame.keys, pair)
            frame.node.pairs.append(pair)
            frame.key = None

    def _report_duplicate(self, keys: dict[str, Node], pair: Pair) -> None:
        if pair.name is None or pair.name == "<<":
            return
        earlier = keys.setdefault(pair.name, pair.key)
        if earlier is not pair.key:
            message = f"The key `{pair.name}` stands here twice; Kestra refuses the flow."
            self.problems.append(SourceProblem("duplicate-key", message, pair.key.span, earlier.span))


def _leading_blanks(content: str) -> int:
    return len(content) - len(content.lstrip(" "))
