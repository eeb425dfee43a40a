"""Where a new line begins while one types: below a key without a value further in, below an item's key beside it."""

from __future__ import annotations

import re

from tiercel_schemas.source.spans import Span
from tiercel_server.features.cursor import locate
from tiercel_server.features.cursor.lines import is_blank, read_line
from tiercel_server.features.formatting import FormatEdit
from tiercel_server.workspace import DocumentSnapshot

_HEADER = re.compile(r"[|>][-+0-9]*\s*(?:#.*)?$")
_STEP = 2


def indent_of_new_line(snapshot: DocumentSnapshot, offset: int) -> list[FormatEdit]:
    """The edit that puts the blank line at an offset where its content belongs; none where it is there already."""
    if not snapshot.is_flow:
        return []
    source = snapshot.text
    number = source.line_at(offset)
    blanks = source.line_text(number)
    if blanks.strip() or number == 0 or is_blank(source, number - 1):
        return []
    wanted = _column_below(snapshot, number - 1)
    if wanted is None or wanted == len(blanks):
        return []
    start = source.line_starts[number]
    return [FormatEdit(Span(start, start + len(blanks)), " " * wanted)]


def _column_below(snapshot: DocumentSnapshot, number: int) -> int | None:
    """The column below a line; None where the line tells nothing, as inside of texts."""
    source = snapshot.text
    line = read_line(source, number)
    if not line.openers or locate(snapshot.source, line.content).role == "content":
        return None
    last = line.openers[-1]
    if last.kind == "dash":
        return None
    rest = last.rest.strip()
    if not rest or rest.startswith("#") or _HEADER.fullmatch(rest):
        return last.column + _STEP
    if rest[0] in "\"'[{&*!" and not _is_closed(rest):
        return None
    return last.column


def _is_closed(rest: str) -> bool:
    closing = {"[": "]", "{": "}"}.get(rest[0], rest[0])
    return len(rest) > 1 and rest.partition(" #")[0].rstrip().endswith(closing)
