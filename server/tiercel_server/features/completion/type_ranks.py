"""Which types fit what is typed, the likeliest first, and the text by which clients keep them."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from functools import lru_cache

from tiercel_schemas.catalog import Catalog
from tiercel_server.features.completion.items import fits

_PLUGINS = "io.kestra.plugin."
_FAVOURED = ("io.kestra.plugin.core.", "io.kestra.plugin.scripts.")
_ANCIENT = "io.kestra.core.tasks."
_COMMON = (
    "core.log.Log",
    "core.debug.Return",
    "core.http.Request",
    "scripts.shell.Commands",
    "scripts.python.Script",
    "scripts.python.Commands",
    "scripts.shell.Script",
    "core.flow.If",
    "core.flow.Parallel",
    "core.flow.Sequential",
    "core.flow.Subflow",
    "core.flow.Loop",
    "core.flow.ForEach",
    "core.flow.Switch",
    "core.flow.WorkingDirectory",
    "core.flow.Pause",
    "core.http.Download",
    "core.output.OutputValues",
    "core.trigger.Schedule",
    "core.trigger.Webhook",
    "core.trigger.Flow",
)
"""What most flows are made of, without the prefix of all plugins; the order in which it is offered."""
_COMMON_PLACES = {_PLUGINS + name: place for place, name in enumerate(_COMMON)}
_DEPRECATED = 5


def ranked_types(typed: str, choices: tuple[str, ...], catalog: Catalog, most: int) -> list[tuple[str, int]]:
    """At most `most` names that fit, each with its rank (0 to 9), the likeliest first.

    A name fits where the typed text stands in it; only when that is nowhere, where its letters stand in their order.
    """
    lower = typed.strip().lower()
    names = _names(choices, catalog)
    found = [(name, rank) for name in names if (rank := _rank(lower, name)) is not None]
    if not found:
        found = [(name, 4 + name.penalty) for name in names if fits(lower, name.simple)]
    ordered = heapq.nsmallest(most, ((rank, *_order(lower, name), name.name) for name, rank in found))
    return [(each[-1], each[0]) for each in ordered]


def filter_text(typed: str, name: str) -> str:
    """A text that begins with what is typed, letter case and all, and goes on as the name does from there.

    Clients filter by the beginning of this text or by its letters, some of them minding case; none may drop a name that
    was found by its middle.
    """
    if not typed:
        return name
    lower, within = typed.lower(), name.lower()
    simple = within.rpartition(".")[2]
    at = len(within) - len(simple) if simple.startswith(lower) else within.find(lower)
    return f"{typed}{name[at + len(typed) :]} {name}" if at >= 0 else f"{typed} {name}"


@dataclass(frozen=True, slots=True)
class _Name:
    """A type's name with what ranking looks at.

    `behind` is what follows the prefix of all plugins, a dot before it; `own` is the same without `core` or `scripts`,
    with whose letters too much begins.
    """

    name: str
    lower: str
    behind: str
    own: str
    simple: str
    favoured: bool
    common: int
    penalty: int


@lru_cache(maxsize=64)
def _names(choices: tuple[str, ...], catalog: Catalog) -> tuple[_Name, ...]:
    return tuple(_read(name, catalog) for name in choices if not name.startswith(_ANCIENT))


def _read(name: str, catalog: Catalog) -> _Name:
    lower = name.lower()
    prefix = next((each for each in (*_FAVOURED, _PLUGINS) if name.startswith(each)), "")
    return _Name(
        name=name,
        lower=lower,
        behind="." + lower.removeprefix(_PLUGINS),
        own="." + lower.removeprefix(prefix),
        simple=lower.rpartition(".")[2],
        favoured=name.startswith(_FAVOURED),
        common=_COMMON_PLACES.get(name, len(_COMMON)),
        penalty=_DEPRECATED if catalog.is_deprecated(name) else 0,
    )


def _rank(lower: str, name: _Name) -> int | None:
    """How well a name fits: its simple name, from the start of one of its parts, anywhere; deprecated names last."""
    if not lower:
        rank = 1 if name.common < len(_COMMON) else 3 if name.favoured else 4
    elif name.simple == lower:
        rank = 0
    elif name.lower.startswith(lower) or f".{lower}" in (name.behind if "." in lower else name.own):
        rank = 1 if name.favoured else 2
    elif lower in name.lower:
        rank = 3
    else:
        return None
    return rank + name.penalty


def _order(lower: str, name: _Name) -> tuple[bool, bool, int, int]:
    """Among equals: core and scripts, then by the simple name, then the common ones, then the short ones."""
    return not name.favoured, not name.simple.startswith(lower), name.common, len(name.name)
