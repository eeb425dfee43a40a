"""The path of a place by indentation: the keys and dashes above it that it belongs to."""

from __future__ import annotations

from dataclasses import dataclass

from tiercel_schemas.source.nodes import Path, PathStep
from tiercel_schemas.source.text import SourceText
from tiercel_server.features.cursor.lines import Opener, is_blank, is_document_break, read_line

_MOST_LINES = 20_000


@dataclass(frozen=True, slots=True)
class Enclosure:
    """What holds a place. `in_block_scalar`: the path leads to a block scalar whose content the place is in.

    `closed`: the innermost key has a value on its own line, so nothing may stand below it.
    """

    path: Path
    in_block_scalar: bool = False
    closed: bool = False
    scalar_line: int = -1


def enclosure_at(source: SourceText, line: int, column: int, own: tuple[Opener, ...] = ()) -> Enclosure:
    """What holds the place at `column` of a line; `own` are the openers before it on that very line."""
    chain: list[tuple[Opener, int, int]] = []
    limit = column
    for opener in reversed(own):
        chain.append((opener, line, 0))
        limit = opener.column
    number = line - 1
    lowest = max(0, line - _MOST_LINES)
    while number >= lowest and not (limit == 0 and not _wants_parent(chain)):
        if is_document_break(source, number):
            break
        if not is_blank(source, number):
            limit = _climb(source, number, limit, chain)
        number -= 1
    return _enclosure(chain)


def _wants_parent(chain: list[tuple[Opener, int, int]]) -> bool:
    # The dashes of a list may stand in the column of the key that holds them.
    return bool(chain) and chain[-1][0].kind == "dash"


def _climb(source: SourceText, number: int, limit: int, chain: list[tuple[Opener, int, int]]) -> int:
    for opener in reversed(read_line(source, number).openers):
        inner = chain[-1] if chain else None
        if inner is not None and inner[0].kind == "dash" and opener.column == inner[0].column:
            if opener.kind == "dash":
                chain[-1] = (inner[0], inner[1], inner[2] + 1)
                continue
            chain.append((opener, number, 0))
            limit = opener.column
        elif opener.column < limit:
            chain.append((opener, number, 0))
            limit = opener.column
    return limit


def _enclosure(chain: list[tuple[Opener, int, int]]) -> Enclosure:
    path: list[PathStep] = []
    for opener, number, index in reversed(chain):
        path.append(opener.name if opener.kind == "key" else index)
        if opener.is_block_scalar and (opener.kind == "key" or not opener.rest.strip().startswith("-")):
            return Enclosure(tuple(path), in_block_scalar=True, scalar_line=number)
    closed = bool(chain) and chain[0][0].kind == "key" and chain[0][0].has_inline_value
    return Enclosure(tuple(path), closed=closed)
