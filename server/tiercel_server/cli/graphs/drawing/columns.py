"""Where boxes of layers stand from left to right: near what they are joined to, in order, never over one another."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from tiercel_server.cli.graphs.drawing.layers import Layers

_SWEEPS: Final = 24


def centres(layers: Layers, widths: Sequence[float], gap: float) -> list[float]:
    """The middle of each place; `widths` are those of all places, those that lines pass too."""
    found = [0.0] * len(widths)
    for row in layers.rows:
        right = 0.0
        for place in row:
            found[place] = right + widths[place] / 2
            right += widths[place] + gap
    above: dict[int, list[int]] = {}
    below: dict[int, list[int]] = {}
    for upper, lower in layers.steps():
        above.setdefault(lower, []).append(upper)
        below.setdefault(upper, []).append(lower)
    for sweep in range(_SWEEPS):
        rows = layers.rows if sweep % 2 == 0 else layers.rows[::-1]
        for row in rows:
            wanted = []
            for place in row:
                # Lines that pass keep straight: what is above and below them counts alike.
                one, other = (above, below) if sweep % 2 == 0 else (below, above)
                joined = one.get(place) or other.get(place) or [place]
                if place >= layers.count or sweep == _SWEEPS - 1:
                    joined = [*above.get(place, ()), *below.get(place, ())] or [place]
                wanted.append(sum(found[each] for each in joined) / len(joined))
            for place, x in zip(row, _spread(wanted, [widths[place] for place in row], gap), strict=True):
                found[place] = x
    left = min((found[place] - widths[place] / 2 for row in layers.rows for place in row), default=0.0)
    return [x - left for x in found]


def _spread(wanted: Sequence[float], widths: Sequence[float], gap: float) -> list[float]:
    """The places nearest to those wanted (least squares) that keep order and distance.

    With the distances taken off, the places only have to rise: neighbours that don't are put together at their mean.
    """
    offsets, offset = [0.0], 0.0
    for left, right in pairwise(widths):
        offset += (left + right) / 2 + gap
        offsets.append(offset)
    blocks: list[tuple[float, int]] = []  # sum and count
    for want, away in zip(wanted, offsets, strict=False):
        total, count = want - away, 1
        while blocks and blocks[-1][0] / blocks[-1][1] > total / count:
            before = blocks.pop()
            total, count = total + before[0], count + before[1]
        blocks.append((total, count))
    levels = [total / count for total, count in blocks for _ in range(count)]
    return [level + away for level, away in zip(levels, offsets, strict=False)]
