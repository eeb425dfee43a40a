"""What an editor selects when it widens a selection: steps of an expression, the scalar, its pair, what is around."""

from __future__ import annotations

from collections.abc import Iterator

from tiercel_schemas.expressions import nodes_at
from tiercel_schemas.source.nodes import MappingNode, Node, ScalarNode, SequenceNode
from tiercel_schemas.source.spans import Span
from tiercel_server.analysis.names.scalars import content_span
from tiercel_server.analysis.templates import TemplateSite
from tiercel_server.workspace import DocumentSnapshot


def selection_ranges(snapshot: DocumentSnapshot, offset: int) -> tuple[Span, ...]:
    """The stretches around an offset, innermost first; each lies within the next. Never empty."""
    whole = Span(0, len(snapshot.text))
    document = snapshot.source.document_at(offset)
    found = [whole]
    if document is not None and document.root is not None:
        found.append(document.span)
        found.extend(_around(document.root, offset, snapshot))
    nested = [whole]
    for span in found:
        outer = nested[-1]
        if span != outer and span.contains(offset) and outer.start <= span.start and span.end <= outer.end:
            nested.append(span)
    return tuple(reversed(nested))


def _around(node: Node, offset: int, snapshot: DocumentSnapshot) -> Iterator[Span]:
    """From the outside to the inside."""
    current: Node | None = node
    while current is not None:
        yield current.span
        inside: Node | None = None
        if isinstance(current, MappingNode):
            pair = next((each for each in current.pairs if each.span.contains(offset)), None)
            if pair is not None:
                yield pair.span
                inside = pair.key if pair.key.span.contains(offset) else pair.value
        elif isinstance(current, SequenceNode):
            inside = next((each for each in current.items if each.span.contains(offset)), None)
        elif isinstance(current, ScalarNode):
            yield content_span(current, snapshot.text)
            yield from _in_template(current, offset, snapshot)
        current = inside


def _in_template(scalar: ScalarNode, offset: int, snapshot: DocumentSnapshot) -> Iterator[Span]:
    flow = snapshot.flow_at(offset)
    site = _site(flow.templates, scalar) if flow is not None else None
    if site is None:
        return
    index = site.offsets.value_index(offset)
    for node in nodes_at(site.template, index):
        yield site.text_span(node.span)
    reference = flow.references if flow is not None else ()
    for each in reference:
        if each.site.value.node is scalar:
            for step in range(-1, len(each.steps)):
                if each.step_span(step).contains(offset):
                    yield each.step_span(step)


def _site(templates: tuple[TemplateSite, ...], scalar: ScalarNode) -> TemplateSite | None:
    return next((each for each in templates if each.value.node is scalar), None)
