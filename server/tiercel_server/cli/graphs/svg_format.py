"""A picture that needs nothing else: light or dark as whoever looks at it prefers, with titles for screen readers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from tiercel_server.cli.graphs.drawing.boxes import Box, Label, Line, Point, text_places
from tiercel_server.cli.graphs.drawing.colours import STYLE
from tiercel_server.cli.graphs.drawing.placement import place
from tiercel_server.features.graph import Graph

_MARKS: Final = {
    "trigger": "M6 0 L0 8 H5 L4 14 L10 6 H5 Z",
    "subflow": "M0 1 H10 V11 H0 Z M3 4 H13 V14 H3 Z",
    "flowable": "M5.5 1 L11 7 L5.5 13 L0 7 Z",
    "flow": "M0 1 H9 V5 H0 Z M5.5 5 V9 M2 9 H11 V13 H2 Z",
}
_ABSENT: Final = "not in the workspace"
_FORBIDDEN: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(graph: Graph) -> Iterator[str]:
    """The lines."""
    drawing = place(graph)
    width, height = _number(drawing.width), _number(drawing.height)
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
        ' role="img" aria-labelledby="title">'
    )
    yield f'<title id="title">{_text(graph.title)}</title>'
    yield f"<style>{STYLE}</style>"
    yield "<defs>"
    for kind in ("line", "errors"):
        yield (
            f'<marker id="head-{kind}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7"'
            f' orient="auto-start-reverse"><path class="head {kind}" d="M0 0 L8 4 L0 8 Z"/></marker>'
        )
    yield "</defs>"
    yield f'<rect class="paper" width="{width}" height="{height}"/>'
    for box in drawing.boxes:
        yield from _box(box)
    for line in drawing.lines:
        yield _line(line)
    for label in drawing.labels:
        yield from _label(label)
    yield "</svg>"


def _box(box: Box) -> Iterator[str]:
    node = box.node
    classes = " ".join(
        ["node", node.kind, *(["holder"] if box.holds else []), *(["disabled"] if node.disabled else [])]
    )
    yield f'<g class="{classes}" data-id={_attribute(node.id)}>'
    told = [
        node.label,
        node.type,
        node.detail,
        "disabled" if node.disabled else "",
        _ABSENT if node.kind == "missing" else "",
    ]
    yield f"<title>{_text(chr(10).join(part for part in told if part))}</title>"
    radius = box.height / 2 if node.kind == "trigger" else 10 if box.holds else 8
    yield _rect("box", box.x, box.y, box.width, box.height, min(radius, 18))
    if box.holds:
        head = f"M{_at(box.x, box.y + box.header)} H{_number(box.x + box.width)}"
        yield f'<path class="rule" d="{head}"/>'
    if node.kind in _MARKS:
        x, y = _number(box.x + 13), _number(box.y + (box.header if box.holds else box.height) / 2 - 7)
        yield f'<path class="mark" transform="translate({x} {y})" d="{_MARKS[node.kind]}"/>'
    for line, start in text_places(box):
        yield f'<text class="{line.role}" x="{_number(start.x)}" y="{_number(start.y)}">{_text(line.text)}</text>'
    yield "</g>"


def _line(line: Line) -> str:
    kind = "errors" if line.edge.kind == "errors" else "line"
    facts = f"data-source={_attribute(line.edge.source)} data-target={_attribute(line.edge.target)}"
    return f'<path class="edge {line.edge.kind}" {facts} marker-end="url(#head-{kind})" d="{_way(line.points)}"/>'


def _way(points: list[Point]) -> str:
    """A path through points: straight where it goes straight down or up, else an S."""
    first, last = points[0], points[-1]
    if first.x == last.x and len(points) == 3:
        bulge, middle = points[1].x, points[1].y
        return f"M{_at(*first)} C{_at(bulge, middle - 16)} {_at(bulge, middle + 16)} {_at(*last)}"
    said = [f"M{_at(*first)}"]
    for here, there in pairwise(points):
        if max(abs(here.x - there.x), abs(here.y - there.y)) < 0.1:
            # A step of no length has no direction that the head of the arrow could take.
            continue
        if abs(here.x - there.x) < 0.5:
            said.append(f"L{_at(*there)}")
        else:
            middle = (here.y + there.y) / 2
            said.append(f"C{_at(here.x, middle)} {_at(there.x, middle)} {_at(*there)}")
    return " ".join(said)


def _label(label: Label) -> Iterator[str]:
    left, top = label.middle.x - label.width / 2, label.middle.y - 9
    yield f'<g class="label {label.edge.kind}">'
    yield _rect("pill", left, top, label.width, 18, 9)
    yield f'<text x="{_number(label.middle.x)}" y="{_number(label.middle.y + 4)}">{_text(label.text)}</text>'
    yield "</g>"


def _rect(name: str, x: float, y: float, width: float, height: float, radius: float) -> str:
    place_ = f'x="{_number(x)}" y="{_number(y)}" width="{_number(width)}" height="{_number(height)}"'
    return f'<rect class="{name}" {place_} rx="{_number(radius)}"/>'


def _at(x: float, y: float) -> str:
    return f"{_number(x)} {_number(y)}"


def _number(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")


def _text(text: str) -> str:
    return escape(_FORBIDDEN.sub("\ufffd", text))


def _attribute(text: str) -> str:
    return quoteattr(_FORBIDDEN.sub("\ufffd", text))
