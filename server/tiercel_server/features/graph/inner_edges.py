"""In what order the tasks right inside a task run, as edges: by the type of what holds them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from tiercel_server.analysis.symbols import TaskSymbol
from tiercel_server.features.graph.model import Edge, EdgeKind

_CORE: Final = "io.kestra.plugin.core.flow."
_PARALLEL: Final = frozenset({_CORE + "Parallel", _CORE + "EachParallel"})
_DAG: Final = _CORE + "Dag"
_SLOT_LABELS: Final = {"tasks": "", "task": "", "defaults": "default", "errors": "on failure", "onPause": "on pause"}
_SLOT_KINDS: Final[dict[str, EdgeKind]] = {"errors": "errors", "finally": "finally"}

Named = tuple[str, TaskSymbol]
"""The id of a node, and the task that it stands for."""


def chain(ids: Sequence[str]) -> Iterator[Edge]:
    """One after the other."""
    for before, after in pairwise(ids):
        yield Edge(before, after, "sequence")


def inner_edges(holder: str, type_name: str, children: Sequence[Named]) -> Iterator[Edge]:
    """The edges from a holder to what runs first in each of its slots, and those between the tasks of a slot."""
    slots: dict[str, list[Named]] = {}
    for child in children:
        slots.setdefault(child[1].slot, []).append(child)
    for slot, held in slots.items():
        if slot == "tasks" and type_name == _DAG:
            inner = list(_dependencies(held))
        elif slot == "tasks" and type_name in _PARALLEL:
            inner = []
        else:
            inner = list(chain([id_ for id_, _ in held]))
        reached = {edge.target for edge in inner}
        kind, label = _SLOT_KINDS.get(slot, "branch"), _slot_label(slot)
        # Tasks that wait for one another in a ring are begun by none: the first stands for them.
        first = [id_ for id_, _ in held if id_ not in reached] or [held[0][0]]
        yield from (Edge(holder, id_, kind, label) for id_ in first)
        yield from inner


def _slot_label(slot: str) -> str:
    return slot.removeprefix("cases.") if slot.startswith("cases.") else _SLOT_LABELS.get(slot, slot)


def _dependencies(held: Sequence[Named]) -> Iterator[Edge]:
    ids: dict[str, str] = {}
    for id_, task in held:
        ids.setdefault(task.id, id_)
    for id_, task in held:
        for name in dict.fromkeys(task.depends_on):
            if name in ids and ids[name] != id_:
                yield Edge(ids[name], id_, "depends")
