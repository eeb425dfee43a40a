"""Layers for the boxes of one holder: which stand above which, and in what order beside one another.

Sugiyama's way: rings are broken, each box gets the layer below all that lead to it, lines over several layers get a
place in those between, and boxes of a layer are put in the order of what they are joined to.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median
from typing import Final

_SWEEPS: Final = 8
_MOST_PASSED: Final = 3_000
Arc = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Layers:
    """Layers of places from top to bottom. A place below `count` is a box, one above it is where a line passes.

    `ways` are the places that the line of each arc passes, both ends among them, from top to bottom; () for an arc from
    a box to itself.
    """

    count: int
    rows: tuple[tuple[int, ...], ...]
    ways: tuple[tuple[int, ...], ...]
    direct: frozenset[int] = frozenset()
    """The ways, by number, that go straight through the rows between, as there were too many to find each a place."""

    def steps(self) -> Iterator[Arc]:
        """From each place to the next on every way, one row below."""
        for number, way in enumerate(self.ways):
            if number not in self.direct:
                yield from pairwise(way)


def components(count: int, arcs: Iterable[Arc]) -> list[list[int]]:
    """The boxes in groups that no arc joins, each in order."""
    root = list(range(count))

    def find(box: int) -> int:
        while root[box] != box:
            root[box] = root[root[box]]
            box = root[box]
        return box

    for source, target in arcs:
        first, second = sorted((find(source), find(target)))
        root[second] = first
    groups: dict[int, list[int]] = {}
    for box in range(count):
        groups.setdefault(find(box), []).append(box)
    return list(groups.values())


def layered(count: int, arcs: Sequence[Arc]) -> Layers:
    """The layers of `count` boxes; arcs from a box to itself are left out."""
    backward = _backward(count, arcs)
    downward = [(arc[1], arc[0]) if arc in backward else arc for arc in arcs]
    depth = _depths(count, {(upper, lower) for upper, lower in downward if upper != lower})
    rows: list[list[int]] = [[] for _ in range(max(depth, default=-1) + 1)]
    for box in range(count):
        rows[depth[box]].append(box)
    ways: list[tuple[int, ...]] = []
    following = count
    direct: set[int] = set()
    for number, (upper, lower) in enumerate(downward):
        between: list[int] = []
        if following - count + depth[lower] - depth[upper] > _MOST_PASSED:
            if depth[lower] - depth[upper] > 1:
                direct.add(number)
            ways.append((upper, lower) if upper != lower else ())
            continue
        for level in range(depth[upper] + 1, depth[lower]):
            rows[level].append(following)
            between.append(following)
            following += 1
        ways.append((upper, *between, lower) if upper != lower else ())
    layers = Layers(count, (), tuple(ways), frozenset(direct))
    return replace(layers, rows=_ordered(rows, list(layers.steps())))


def _backward(count: int, arcs: Iterable[Arc]) -> set[Arc]:
    """The arcs that close a ring, found by walking in depth from boxes that nothing leads to, then from the others."""
    following: list[list[int]] = [[] for _ in range(count)]
    entered = set()
    for source, target in arcs:
        following[source].append(target)
        entered.add(target)
    found: set[Arc] = set()
    state = [0] * count  # 0 not seen, 1 on the way, 2 done
    for start in [*(box for box in range(count) if box not in entered), *range(count)]:
        if state[start]:
            continue
        state[start] = 1
        way = [(start, iter(following[start]))]
        while way:
            box, rest = way[-1]
            target = next(rest, -1)
            if target < 0:
                state[box] = 2
                way.pop()
            elif state[target] == 1:
                found.add((box, target))
            elif state[target] == 0:
                state[target] = 1
                way.append((target, iter(following[target])))
    return found


def _depths(count: int, arcs: Iterable[Arc]) -> list[int]:
    """For each box the length of the longest way to it."""
    following: list[list[int]] = [[] for _ in range(count)]
    entering = [0] * count
    for source, target in arcs:
        following[source].append(target)
        entering[target] += 1
    waiting, depth = [box for box in range(count) if not entering[box]], [0] * count
    for box in waiting:
        for target in following[box]:
            depth[target] = max(depth[target], depth[box] + 1)
            entering[target] -= 1
            if not entering[target]:
                waiting.append(target)
    return depth


def _ordered(rows: list[list[int]], steps: Iterable[Arc]) -> tuple[tuple[int, ...], ...]:
    above: dict[int, list[int]] = {}
    below: dict[int, list[int]] = {}
    for upper, lower in steps:
        above.setdefault(lower, []).append(upper)
        below.setdefault(upper, []).append(lower)
    best, fewest = [list(row) for row in rows], _crossings(rows, below)
    for sweep in range(_SWEEPS):
        if not fewest:
            break
        down = sweep % 2 == 0
        joined = above if down else below
        for index in range(1, len(rows)) if down else range(len(rows) - 2, -1, -1):
            neighbour = rows[index - 1 if down else index + 1]
            place = {box: number for number, box in enumerate(neighbour)}
            wanted = {
                box: median([place[each] for each in joined[box]]) if box in joined else float(number)
                for number, box in enumerate(rows[index])
            }
            rows[index].sort(key=lambda box: wanted[box])
        crossings = _crossings(rows, below)
        if crossings < fewest:
            best, fewest = [list(row) for row in rows], crossings
    return tuple(tuple(row) for row in best)


def _crossings(rows: Sequence[Sequence[int]], below: Mapping[int, Sequence[int]]) -> int:
    total = 0
    for upper, lower in pairwise(rows):
        place = {box: number for number, box in enumerate(lower)}
        passed: list[int] = []
        for box in upper:
            targets = sorted(place[each] for each in below.get(box, ()))
            total += sum(len(passed) - bisect_right(passed, each) for each in targets)
            for each in targets:
                insort(passed, each)
    return total
