"""Finding what the flows of a workspace declare, by a few letters of its name."""

from __future__ import annotations

import re
from heapq import nsmallest
from typing import NamedTuple

from tiercel_schemas.source.spans import Span
from tiercel_server.analysis.names import NameKind
from tiercel_server.workspace.index import Document, IndexedSymbol, WorkspaceIndex

MOST = 200
"""So many are answered at most; who wants others writes another letter."""
_FOUND = ("flow", "task", "input", "output", "trigger", "variable", "label")
_Rank = tuple[int, int, int, str, str]


class FoundSymbol(NamedTuple):
    """A thing that was found: `container` says where it belongs, `detail` of what type it is."""

    text: str
    kind: NameKind
    container: str
    detail: str
    document: Document
    span: Span


def workspace_symbols(query: str, index: WorkspaceIndex) -> tuple[FoundSymbol, ...]:
    """The things whose names hold the letters of the query in their order, the closest first; flows before others.

    A part before the last `/` or space is looked for in the flow that a thing belongs to: `etl/load`.
    """
    query = query.strip().lower().replace(" ", "/")
    container, _, wanted = query.rpartition("/")
    # Of tens of thousands of names most don't fit: one search in each tells.
    fits = re.compile(".*?".join(map(re.escape, wanted)), re.IGNORECASE).search
    around = re.compile(".*?".join(map(re.escape, container)), re.IGNORECASE).search
    ranked: list[tuple[_Rank, FoundSymbol]] = []
    for document, flow in index.all_flows():
        owner = ".".join(each for each in flow.id if each)
        if container and not around(owner):
            continue
        for symbol in flow.symbols:
            name = symbol.name
            is_flow = name.kind == "flow"
            text = owner if is_flow else name.text
            if name.kind in _FOUND and fits(text) and not (is_flow and name.flow.startswith("#")):
                shown = FoundSymbol(
                    name.text, name.kind, name.namespace if is_flow else owner, symbol.detail, document, symbol.span
                )
                ranked.append((_rank(symbol, text.lower(), wanted), shown))
    return tuple(found for _, found in nsmallest(MOST, ranked, key=lambda each: each[0]))


def _rank(symbol: IndexedSymbol, text: str, wanted: str) -> _Rank:
    name = symbol.name
    own = name.text.lower()
    closeness = min(_closeness(own, wanted), _closeness(text, wanted))
    return closeness, _FOUND.index(name.kind), len(own), own, name.namespace


def _closeness(text: str, wanted: str) -> int:
    """0 for the same name, then a beginning, a part, letters in their order."""
    if not wanted or text == wanted:
        return 0
    return 1 if text.startswith(wanted) else 2 if wanted in text else 3
