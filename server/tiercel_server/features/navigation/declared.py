"""Where a thing is declared, and where the type of it is written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tiercel_schemas.source.spans import Span
from tiercel_server.analysis import FlowAnalysis
from tiercel_server.analysis.names import Name, Occurrence
from tiercel_server.analysis.names.context import OwnFlow
from tiercel_server.analysis.symbols import OutputSymbol, TaskSymbol, TriggerSymbol
from tiercel_server.features.navigation.places import Location, names_at
from tiercel_server.workspace import DocumentSnapshot
from tiercel_server.workspace.index import NO_INDEX, Place, WorkspaceIndex

_MOST = 100


def definition(snapshot: DocumentSnapshot, offset: int, index: WorkspaceIndex = NO_INDEX) -> tuple[Location, ...]:
    """Where the thing under the cursor is declared; empty where it is none of the workspace's."""
    for names in _alternatives(names_at(snapshot, offset, index)):
        found = [
            Location(place.document, place.occurrence.span)
            for each in names
            for place in _declared(each.name, snapshot, index)
        ]
        if found:
            return tuple(dict.fromkeys(found))[:_MOST]
    return ()


def type_definition(snapshot: DocumentSnapshot, offset: int, index: WorkspaceIndex = NO_INDEX) -> tuple[Location, ...]:
    """Where the type of the thing under the cursor is written: its `type`, or the flow that a namesake calls."""
    for names in _alternatives(names_at(snapshot, offset, index)):
        found = [
            location
            for each in names
            for place in _declared(each.name, snapshot, index)
            for location in _types(each.name, place, snapshot, index)
        ]
        if found:
            return tuple(dict.fromkeys(found))
    return ()


def _alternatives(names: tuple[Occurrence, ...]) -> Iterator[list[Occurrence]]:
    """The names that are spelled, then those that are implied."""
    yield [each for each in names if each.form != "implied"]
    yield [each for each in names if each.form == "implied"]


def _declared(name: Name, snapshot: DocumentSnapshot, index: WorkspaceIndex) -> tuple[Place, ...]:
    own = [each for each in snapshot.occurrences if each.name == name]
    found = tuple(Place(snapshot, each) for each in own if each.role == "declaration")
    if name.kind == "namespace" or (name.kind != "kv" and not found):
        places = index.declarations(name, snapshot)
        # A project file says more of a namespace than each of its flows does.
        return tuple(each for each in places if each.document.name.endswith("/tiercel.yaml")) or places or found
    if name.kind == "kv":
        written = tuple(Place(snapshot, each) for each in own if each.role == "write")
        return index.declarations(name, snapshot) or written
    return found


def _types(name: Name, place: Place, snapshot: DocumentSnapshot, index: WorkspaceIndex) -> Iterator[Location]:
    whole = snapshot if place.document is snapshot else index.snapshot(place.document)
    for flow in whole.flows if whole is not None else ():
        if OwnFlow(flow).id == (name.namespace, name.flow):
            yield from (Location(place.document, span) for span in _types_in(name, flow))


def _types_in(name: Name, flow: FlowAnalysis) -> Iterator[Span]:
    outline = flow.outline
    if name.kind == "flow" and outline.id is not None:
        yield outline.id.span
    elif name.kind == "input":
        yield from (each.type_span for each in outline.inputs if each.steps == name.steps and each.type_span)
    elif name.kind == "variable":
        found = outline.variable(*name.steps)
        if found is not None and found.node is not None:
            yield found.node.span
    else:
        symbols: dict[str, Sequence[TaskSymbol | TriggerSymbol | OutputSymbol]] = {
            "task": outline.tasks, "trigger": outline.triggers, "output": outline.outputs,
        }  # fmt: skip
        for each in symbols.get(name.kind, ()):
            if (each.id,) == name.steps and each.type_span is not None:
                yield each.type_span
