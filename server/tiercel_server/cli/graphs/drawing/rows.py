"""Boxes that edges join, in rows: where each stands, and the lines between them, which pass only where no box is."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from tiercel_server.cli.graphs.drawing.boxes import Drawing, Label, Line, Point, label_width
from tiercel_server.cli.graphs.drawing.columns import centres
from tiercel_server.cli.graphs.drawing.layers import Arc, Layers, layered
from tiercel_server.features.graph import Edge

_GAP: Final = 28.0
_LABELLED_GAP: Final = 50.0
_BESIDE: Final = 24.0
_LINE_ROOM: Final = 20.0
_PORTS_APART: Final = 18.0
_LABEL_ABOVE: Final = 24.0
_LOOP: Final = 16.0
_MOST_STEEPNESS: Final = 0.09


def arranged(drawings: Sequence[Drawing], edges: Sequence[Edge], arcs: Sequence[Arc]) -> Drawing:
    """A picture of these drawings, joined by edges; `arcs` are the edges by the numbers of the drawings."""
    layers = layered(len(drawings), arcs)
    places = sum(map(len, layers.rows))
    looping = {source for source, target in arcs if source == target}
    widths = [drawing.width + (2 * _LOOP if index in looping else 0.0) for index, drawing in enumerate(drawings)]
    widths += [_LINE_ROOM] * (places - len(drawings))
    for edge, way in zip(edges, layers.ways, strict=True):
        if len(way) > 2:
            widths[way[1]] = max(_LINE_ROOM, _shown_width(edge))
    x = centres(layers, widths, _BESIDE)
    tops, bottoms = _heights(layers, drawings, edges, x)
    whole = Drawing(max((x[i] + widths[i] / 2 for row in layers.rows for i in row), default=0.0), bottoms[-1])
    for level, row in enumerate(layers.rows):
        for index in row:
            if index < len(drawings):
                drawing = drawings[index]
                middle = (tops[level] + bottoms[level] - drawing.height) / 2
                whole.take(drawing, x[index] - drawing.width / 2, middle)
    _draw_lines(whole, layers, drawings, edges, arcs, x, tops, bottoms)
    return whole


def _shown_width(edge: Edge) -> float:
    """The width of an edge's label; 0 where the looks of the line say the same."""
    return 0.0 if edge.kind in {"subflow", "trigger"} else label_width(edge.label)


def _heights(
    layers: Layers, drawings: Sequence[Drawing], edges: Sequence[Edge], x: Sequence[float]
) -> tuple[list[float], list[float]]:
    """The tops and the bottoms of the rows, with room for the lines between them."""
    level_of = {place: level for level, row in enumerate(layers.rows) for place in row}
    gaps = [_GAP] * len(layers.rows)
    for edge, way in zip(edges, layers.ways, strict=True):
        for upper, lower in pairwise(way):
            level = level_of[lower]
            # The farther a line goes sideways, the more height it needs to stay readable.
            gaps[level] = max(gaps[level], min(_GAP + abs(x[upper] - x[lower]) * _MOST_STEEPNESS, 3 * _GAP))
        if _shown_width(edge) and len(way) == 2:
            gaps[level_of[way[-1]]] = max(gaps[level_of[way[-1]]], _LABELLED_GAP)
    tops, bottoms, y = [], [], 0.0
    for level, row in enumerate(layers.rows):
        y += gaps[level] if level else 0.0
        tops.append(y)
        y += max((drawings[index].height for index in row if index < len(drawings)), default=0.0)
        bottoms.append(y)
    return tops, bottoms


def _draw_lines(  # noqa: PLR0913, PLR0917 - the facts of an arrangement
    whole: Drawing,
    layers: Layers,
    drawings: Sequence[Drawing],
    edges: Sequence[Edge],
    arcs: Sequence[Arc],
    x: Sequence[float],
    tops: Sequence[float],
    bottoms: Sequence[float],
) -> None:
    level_of = {place: level for level, row in enumerate(layers.rows) for place in row}
    leaving = _ports(layers, drawings, x, forward=True)
    entering = _ports(layers, drawings, x, forward=False)
    for number, (edge, way) in enumerate(zip(edges, layers.ways, strict=True)):
        if not way:
            box = drawings[arcs[number][0]].boxes[0]
            right, middle = box.x + box.width, box.y + box.height / 2
            loop = [Point(right, middle - 10), Point(right + _LOOP, middle), Point(right, middle + 10)]
            whole.lines.append(Line(edge, loop))
            continue
        first, last = drawings[way[0]].boxes[0], drawings[way[-1]].boxes[0]
        start, end = x[way[0]] + leaving[number], x[way[-1]] + entering[number]
        points = [Point(start, first.y + first.height), Point(start, bottoms[level_of[way[0]]])]
        for between in way[1:-1]:
            level = level_of[between]
            points += [Point(x[between], tops[level]), Point(x[between], bottoms[level])]
        points += [Point(end, tops[level_of[way[-1]]]), Point(end, last.y)]
        downward = way[0] == arcs[number][0]
        whole.lines.append(Line(edge, points if downward else points[::-1]))
        if _shown_width(edge):
            # A line that passes rows carries its label there, where no other line comes near.
            level = level_of[way[1]]
            where = Point(end, tops[level] - _LABEL_ABOVE)
            if len(way) > 2:
                where = Point(x[way[1]], (tops[level] + bottoms[level]) / 2)
            whole.labels.append(Label(edge.label, edge, where))


def _ports(layers: Layers, drawings: Sequence[Drawing], x: Sequence[float], *, forward: bool) -> list[float]:
    """For each line how far from the middle of its box it leaves (or enters), in the order of where it goes."""
    lines_of: dict[int, list[int]] = {}
    for number, way in enumerate(layers.ways):
        if way:
            lines_of.setdefault(way[0] if forward else way[-1], []).append(number)
    found = [0.0] * len(layers.ways)
    for place, lines in lines_of.items():
        lines.sort(key=lambda number: x[layers.ways[number][1 if forward else -2]])
        apart = min(_PORTS_APART, (drawings[place].width - 24) / max(1, len(lines)))
        for order, number in enumerate(lines):
            found[number] = (order - (len(lines) - 1) / 2) * apart
    return found
