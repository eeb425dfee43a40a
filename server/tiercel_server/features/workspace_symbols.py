"""Finding what the flows of a workspace declare, by a few letters of its name."""

from __future__ import annotations

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
    ranked: list[tuple[_Rank, FoundSymbol]] = []
    for document, flow, symbol in index.symbols():
        rank = _rank(symbol, container, wanted)
        if rank is not None:
            owner = symbol.name.namespace if symbol.name.kind == "flow" else ".".join(each for each in flow.id if each)
            found = FoundSymbol(symbol.name.text, symbol.name.kind, owner, symbol.detail, document, symbol.span)
            ranked.append((rank, found))
    return tuple(found for _, found in nsmallest(MOST, ranked, key=lambda each: each[0]))


def _rank(symbol: IndexedSymbol, container: str, wanted: str) -> _Rank | None:
    name = symbol.name
    if name.kind not in _FOUND or (name.flow.startswith("#") and name.kind == "flow"):
        return None
    text, kind = name.text.lower(), _FOUND.index(name.kind)
    closeness = _closeness(text, wanted)
    if closeness is None and name.kind == "flow":
        # A flow may be asked for with its namespace.
        closeness = _closeness(f"{name.namespace}.{text}".lower(), wanted)
    if closeness is None or (container and _closeness(f"{name.namespace}.{name.flow}".lower(), container) is None):
        return None
    return closeness, kind, len(text), text, name.namespace


def _closeness(text: str, wanted: str) -> int | None:
    """0 for the same name, then a beginning, a part, letters in their order; None where it is none of these."""
    if not wanted or text == wanted:
        return 0
    if text.startswith(wanted):
        return 1
    if wanted in text:
        return 2
    letters = iter(text)
    return 3 if all(letter in letters for letter in wanted) else None
