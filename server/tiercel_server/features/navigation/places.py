"""What is named at an offset."""

from __future__ import annotations

from typing import NamedTuple

from tiercel_schemas.source.spans import Span
from tiercel_server.analysis.names import Occurrence
from tiercel_server.workspace import DocumentSnapshot
from tiercel_server.workspace.index import Document, WorkspaceIndex


class Location(NamedTuple):
    """A stretch of a document's text."""

    document: Document
    span: Span


def names_at(snapshot: DocumentSnapshot, offset: int, index: WorkspaceIndex) -> tuple[Occurrence, ...]:
    """The names at an offset, those that are spelled there first; quotes and brackets count as theirs."""
    found = [each for each in snapshot.occurrences if each.whole.contains(offset)]
    inner = [each for each in found if each.span.contains(offset)]
    shown = [each for each in inner or found if each.certain or index.is_declared(each.name)]
    return tuple(sorted(shown, key=lambda each: (_preference(each), each.span.end - each.span.start)))


def named_at(snapshot: DocumentSnapshot, offset: int, index: WorkspaceIndex) -> Occurrence | None:
    """The name at an offset that is spelled there, else one that is implied; None where there is none."""
    return next(iter(names_at(snapshot, offset, index)), None)


def _preference(occurrence: Occurrence) -> tuple[bool, bool]:
    return occurrence.form == "implied", not occurrence.certain
