"""Places a graph: what a holder holds first, then the holder among its neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tiercel_server.cli.graphs.drawing.boxes import (
    Box,
    Drawing,
    Label,
    Line,
    Point,
    label_width,
    room_for_text,
    text_box,
)
from tiercel_server.cli.graphs.drawing.layers import components
from tiercel_server.cli.graphs.drawing.rows import arranged
from tiercel_server.features.graph import Edge, Graph

PADDING: Final = 16.0
MARGIN: Final = 20.0
_BETWEEN: Final = 24.0
"""Between groups of boxes that nothing joins."""
_ENTRY: Final = 24.0
_LABELLED_ENTRY: Final = 44.0
_WIDEST: Final = 1600.0
"""Groups go on in another row beyond this width."""
_LABEL_ABOVE: Final = 24.0
_LEAST_TEXT: Final = 104.0


def place(graph: Graph) -> Drawing:
    """The picture of a graph."""
    inner = _inside(graph, None)
    whole = Drawing(inner.width + 2 * MARGIN, inner.height + 2 * MARGIN)
    whole.take(inner, MARGIN, MARGIN)
    return whole


def _boxed(graph: Graph, box: Box) -> Drawing:
    """A box with all that it holds."""
    if box.node.id in graph.held:
        inner = _inside(graph, box.node.id)
        box.holds = True
        width = max(box.width, inner.width + 2 * PADDING)
        # A wide holder has room for more of its text.
        box.lines = text_box(box.node, max(room_for_text(box.node, width), _LEAST_TEXT)).lines
        box.width = width
        box.height = box.header + inner.height + PADDING
        whole = Drawing(box.width, box.height, [box])
        whole.take(inner, (box.width - inner.width) / 2, box.header)
        return whole
    return Drawing(box.width, box.height, [box])


def _inside(graph: Graph, cluster: str | None) -> Drawing:
    """All that stands right in a holder, or in the graph itself."""
    nodes = graph.held.get(cluster, ())
    number = {node.id: index for index, node in enumerate(nodes)}
    edges = graph.edges_within.get(cluster, ())
    inner = [edge for edge in edges if edge.source in number]
    entries = {edge.target: edge for edge in edges if edge.source not in number}
    drawings = [_boxed(graph, text_box(node)) for node in nodes]
    groups = components(len(nodes), ((number[edge.source], number[edge.target]) for edge in inner))
    if cluster is None:
        # What is joined is what one looks for.
        groups.sort(key=lambda group: len(group) == 1)
    arrangements = []
    for group in groups:
        within = {nodes[index].id: place for place, index in enumerate(group)}
        own = [edge for edge in inner if edge.source in within]
        arcs = [(within[edge.source], within[edge.target]) for edge in own]
        arrangement = arranged([drawings[index] for index in group], own, arcs)
        entering = [
            (entries[nodes[index].id], drawings[index].boxes[0]) for index in group if nodes[index].id in entries
        ]
        arrangements.append(_entered(arrangement, entering))
    packed = _packed(arrangements, has_entries=bool(entries))
    if cluster is None or entries:
        return packed
    lowered = Drawing(packed.width, packed.height + PADDING)
    lowered.take(packed, 0.0, PADDING)
    return lowered


def _entered(drawing: Drawing, entering: Sequence[tuple[Edge, Box]]) -> Drawing:
    """The same below the lines that come from the holder's head."""
    if not entering:
        return drawing
    room = _LABELLED_ENTRY if any(edge.label for edge, _ in entering) else _ENTRY
    most = max(label_width(edge.label) for edge, _ in entering)
    width = max(drawing.width, most)
    whole = Drawing(width, drawing.height + room)
    whole.take(drawing, (width - drawing.width) / 2, room)
    for edge, box in entering:
        x = box.x + box.width / 2
        whole.lines.append(Line(edge, [Point(x, 0.0), Point(x, box.y)]))
    # Of the tasks of a branch that begin together the first carries the label.
    said: set[str] = set()
    for edge, box in entering:
        if edge.label and edge.label not in said:
            said.add(edge.label)
            whole.labels.append(Label(edge.label, edge, Point(box.x + box.width / 2, box.y - _LABEL_ABOVE)))
    return whole


def _packed(drawings: Sequence[Drawing], *, has_entries: bool) -> Drawing:
    """Groups beside one another, in rows where they are many; lines from the head reach those of the first row only."""
    rows: list[list[Drawing]] = [[]]
    right = 0.0
    for drawing in drawings:
        if rows[-1] and right + drawing.width > _WIDEST:
            rows.append([])
            right = 0.0
        rows[-1].append(drawing)
        right += drawing.width + _BETWEEN
    width = max(_row_width(row) for row in rows)
    whole = Drawing(width)
    for index, row in enumerate(rows):
        x = (width - _row_width(row)) / 2 if len(rows) == 1 else 0.0
        for drawing in row:
            if index and has_entries:
                own = {box.node.id for box in drawing.boxes}
                drawing.lines = [line for line in drawing.lines if line.edge.source in own]
            whole.take(drawing, x, whole.height)
            x += drawing.width + _BETWEEN
        whole.height += max((drawing.height for drawing in row), default=0.0) + (
            _BETWEEN if index < len(rows) - 1 else 0
        )
    return whole


def _row_width(row: Sequence[Drawing]) -> float:
    return sum(drawing.width for drawing in row) + _BETWEEN * max(0, len(row) - 1)
