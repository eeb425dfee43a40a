"""Semantic tokens in the protocol's numbers, and what changed between two answers."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from itertools import count
from threading import Lock

from lsprotocol import types

from tiercel_server.features.semantic_tokens import MODIFIERS, TYPES, SemanticToken
from tiercel_server.lsp.convert import Positions

LEGEND = types.SemanticTokensLegend(token_types=list(TYPES), token_modifiers=list(MODIFIERS))
_TYPE_NUMBERS = {name: number for number, name in enumerate(TYPES)}
_MODIFIER_BITS = {name: 1 << number for number, name in enumerate(MODIFIERS)}
_MOST_KEPT = 32
_SIZE = 5


def token_data(tokens: Iterable[SemanticToken], positions: Positions) -> list[int]:
    """Five numbers a token: lines and columns from the one before, length, type, modifiers."""
    data: list[int] = []
    line = column = 0
    for token in tokens:
        start, end = positions.position(token.span.start), positions.position(token.span.end)
        data += [
            start.line - line,
            start.character - (column if start.line == line else 0),
            end.character - start.character,
            _TYPE_NUMBERS[token.type],
            sum(_MODIFIER_BITS[each] for each in token.modifiers),
        ]
        line, column = start.line, start.character
    return data


class TokenAnswers:
    """The last answer for each document, so that the next one needs to tell only what changed."""

    def __init__(self) -> None:
        self._last: OrderedDict[str, tuple[str, list[int]]] = OrderedDict()
        self._numbers = count(1)
        self._lock = Lock()

    def keep(self, uri: str, data: list[int]) -> str:
        """Remember an answer; gives its id."""
        with self._lock:
            id_ = str(next(self._numbers))
            self._last[uri] = (id_, data)
            self._last.move_to_end(uri)
            while len(self._last) > _MOST_KEPT:
                self._last.popitem(last=False)
        return id_

    def last(self, uri: str, id_: str) -> list[int] | None:
        """The answer of an id; None when it is no longer the last one."""
        with self._lock:
            known = self._last.get(uri)
        return known[1] if known is not None and known[0] == id_ else None


def changes(before: list[int], after: list[int]) -> list[types.SemanticTokensEdit]:
    """One edit from one answer to another, of whole tokens; none where they are the same."""
    if before == after:
        return []
    start, shortest = 0, min(len(before), len(after))
    while start < shortest and before[start : start + _SIZE] == after[start : start + _SIZE]:
        start += _SIZE
    end = 0
    while (
        end < shortest - start
        and before[len(before) - end - _SIZE : len(before) - end] == after[len(after) - end - _SIZE : len(after) - end]
    ):
        end += _SIZE
    return [types.SemanticTokensEdit(start, len(before) - end - start, after[start : len(after) - end])]
