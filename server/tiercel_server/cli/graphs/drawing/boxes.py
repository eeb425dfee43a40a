"""The parts of a picture: boxes with their lines of text, lines between them, labels on lines. Pixels throughout."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, NamedTuple

from tiercel_server.cli.graphs.drawing.metrics import shortened, text_width
from tiercel_server.features.graph import Edge, Node

NAME_SIZE: Final = 13.0
SMALL_SIZE: Final = 11.0
SIDE: Final = 14.0
"""Room left and right of text."""
_LEAST_WIDTH: Final = 132.0
_MOST_TEXT: Final = 232.0
_LINE_HEIGHTS: Final = {NAME_SIZE: 18.0, SMALL_SIZE: 15.0}
_ABOVE_TEXT: Final = 8.0


class Point(NamedTuple):
    """A place in the picture."""

    x: float
    y: float


class TextLine(NamedTuple):
    """A line of text in a box; `role` is name, type or detail."""

    text: str
    role: str
    size: float


@dataclass(slots=True)
class Box:
    """A node's box. `header` is the height of its own text; what it holds stands below that."""

    node: Node
    lines: tuple[TextLine, ...]
    width: float
    height: float
    header: float
    holds: bool = False
    x: float = 0.0
    y: float = 0.0


@dataclass(slots=True)
class Line:
    """The line of an edge, from its source to its target; between each two points it goes down, or curves."""

    edge: Edge
    points: list[Point]


@dataclass(slots=True)
class Label:
    """A label on a line, by its middle."""

    text: str
    edge: Edge
    middle: Point

    @property
    def width(self) -> float:
        """The width with its rim."""
        return label_width(self.text)


@dataclass(slots=True)
class Drawing:
    """A picture: boxes (holders before what they hold), lines, labels; from 0, 0 to `width`, `height`."""

    width: float = 0.0
    height: float = 0.0
    boxes: list[Box] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)

    def take(self, other: Drawing, x: float, y: float) -> None:
        """Take another picture into this one, moved."""
        for box in other.boxes:
            box.x, box.y = box.x + x, box.y + y
        for line in other.lines:
            line.points = [Point(point.x + x, point.y + y) for point in line.points]
        for label in other.labels:
            label.middle = Point(label.middle.x + x, label.middle.y + y)
        self.boxes += other.boxes
        self.lines += other.lines
        self.labels += other.labels


def label_width(text: str) -> float:
    """The width of a label with its rim; 0 for none."""
    return text_width(text, SMALL_SIZE) + 14 if text else 0.0


def text_box(node: Node, most: float = _MOST_TEXT) -> Box:
    """The box of a node with nothing in it, as wide as its text; text wider than `most` is cut."""
    said = [(node.label, "name", NAME_SIZE)]
    if node.name and node.type:
        said.append((node.short_type, "type", SMALL_SIZE))
    if node.detail:
        said.append((node.detail, "detail", SMALL_SIZE))
    lines = tuple(TextLine(shortened(text, size, most), role, size) for text, role, size in said)
    width = max(text_width(line.text, line.size) for line in lines) + 2 * SIDE + _mark_room(node)
    height = 2 * _ABOVE_TEXT + sum(_LINE_HEIGHTS[line.size] for line in lines)
    return Box(node, lines, max(width, _LEAST_WIDTH), height, height)


def text_places(box: Box) -> list[tuple[TextLine, Point]]:
    """Where each line of a box begins, on its base line."""
    x, y = box.x + SIDE + _mark_room(box.node), box.y + _ABOVE_TEXT
    found = []
    for line in box.lines:
        height = _LINE_HEIGHTS[line.size]
        found.append((line, Point(x, y + height * 0.75)))
        y += height
    return found


def room_for_text(node: Node, width: float) -> float:
    """How wide text may be in a box of this width."""
    return width - 2 * SIDE - _mark_room(node)


def _mark_room(node: Node) -> float:
    return 20.0 if node.kind in {"trigger", "subflow", "flowable", "flow"} else 0.0
