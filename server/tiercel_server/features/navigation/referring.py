"""Everything that names a thing."""

from __future__ import annotations

from typing import NamedTuple

from tiercel_schemas.source.spans import Span
from tiercel_server.analysis.names import Name, Occurrence
from tiercel_server.features.navigation.places import Location, named_at
from tiercel_server.workspace import DocumentSnapshot
from tiercel_server.workspace.index import NO_INDEX, Document, WorkspaceIndex


class Highlight(NamedTuple):
    """A place in the document, and whether the thing is declared or set there."""

    span: Span
    is_write: bool


def references(
    snapshot: DocumentSnapshot, offset: int, index: WorkspaceIndex = NO_INDEX, *, declaration: bool
) -> tuple[Location, ...]:
    """All places of the workspace that name the thing under the cursor, its declarations when asked for."""
    found = named_at(snapshot, offset, index)
    if found is None:
        return ()
    places = [
        Location(place.document, place.occurrence.span)
        for place in index.places(found.name, snapshot)
        if place.occurrence.form != "implied" and (declaration or place.occurrence.role != "declaration")
    ]
    return tuple(
        sorted(dict.fromkeys(places), key=lambda each: (each.document is not snapshot, each.document.name, each.span))
    )


def highlights(snapshot: DocumentSnapshot, offset: int, index: WorkspaceIndex = NO_INDEX) -> tuple[Highlight, ...]:
    """All places of the document that name the thing under the cursor."""
    found = named_at(snapshot, offset, index)
    if found is None:
        return ()
    places = [each for each in same_name(snapshot, found.name) if each.form != "implied" or each.span == found.span]
    return tuple(dict.fromkeys(Highlight(each.span, each.role in {"declaration", "write"}) for each in places))


def same_name(snapshot: DocumentSnapshot, name: Name) -> tuple[Occurrence, ...]:
    """The places of a document that name a thing."""
    return tuple(each for each in snapshot.occurrences if each.name == name)


def _order(document: Document, first: DocumentSnapshot) -> tuple[bool, str]:
    return document.name != first.name, document.name
