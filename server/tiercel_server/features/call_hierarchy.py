"""Which flows start which: by tasks that call them, and by triggers that wait for their end."""

from __future__ import annotations

from typing import NamedTuple

from tiercel_schemas.source.spans import Span
from tiercel_server.analysis.names import Name
from tiercel_server.analysis.names.calls import FlowId
from tiercel_server.features.navigation import named_at
from tiercel_server.workspace import DocumentSnapshot
from tiercel_server.workspace.index import Document, FlowEntry, FoundFlow, WorkspaceIndex


class Call(NamedTuple):
    """A flow that starts another, or is started by it, and the places in the one that starts where it does."""

    flow: FoundFlow
    spans: tuple[Span, ...]


def flows_at(snapshot: DocumentSnapshot, offset: int, index: WorkspaceIndex) -> tuple[FoundFlow, ...]:
    """The flow that is named at an offset, else the one that the offset is in."""
    found = named_at(snapshot, offset, index)
    if found is not None and found.name.kind == "flow":
        return index.declaring((found.name.namespace, found.name.flow), snapshot.project)
    around = snapshot.flow_at(offset)
    for each in index.all_flows():
        if each.document is snapshot and around is not None and each.entry.span == around.root.span:
            return (each,)
    return ()


def flow_named(flow: FlowId, document_name: str, index: WorkspaceIndex) -> FoundFlow | None:
    """A flow that was shown before, found again: in its document if it is still there."""
    found = index.declaring(flow)
    return next((each for each in found if each.document.name == document_name), next(iter(found), None))


def outgoing_calls(flow: FoundFlow, index: WorkspaceIndex) -> tuple[Call, ...]:
    """The flows that one starts: those its tasks call, and those whose triggers wait for its end."""
    spans: dict[FlowId, list[Span]] = {}
    for each in flow.entry.occurrences:
        if each.name.kind == "flow" and each.role == "call":
            spans.setdefault((each.name.namespace, each.name.flow), []).append(each.span)
    calls = [
        Call(target, tuple(places))
        for target_id, places in spans.items()
        for target in index.declaring(target_id, flow.document.project)
    ]
    # The place where a trigger is told to wait lies in the other flow: here only the flow itself can be pointed at.
    calls += [Call(each, (flow.entry.id_span,)) for each in _naming(flow.entry, index, "listen")]
    return tuple(calls)


def incoming_calls(flow: FoundFlow, index: WorkspaceIndex) -> tuple[Call, ...]:
    """The flows that start one: those whose tasks call it, and those whose end its triggers wait for."""
    name = Name("flow", *flow.entry.id)
    calls = [Call(each, tuple(_spans(each.entry, name, "call"))) for each in _naming(flow.entry, index, "call")]
    awaited = {
        (each.name.namespace, each.name.flow): None
        for each in flow.entry.occurrences
        if each.name.kind == "flow" and each.role == "listen"
    }
    for flow_id in awaited:
        for found in index.declaring(flow_id, flow.document.project):
            calls.append(Call(found, (found.entry.id_span,)))  # noqa: PERF401 - reads better as loops
    return tuple(calls)


def _naming(target: FlowEntry, index: WorkspaceIndex, role: str) -> list[FoundFlow]:
    """The flows that name another one in a role."""
    name = Name("flow", *target.id)
    documents: dict[str, Document] = {place.document.name: place.document for place in index.places(name)}
    return [
        found
        for document in documents.values()
        for found in index.flows_of(document)
        if _spans(found.entry, name, role)
    ]


def _spans(entry: FlowEntry, name: Name, role: str) -> list[Span]:
    return [each.span for each in entry.occurrences if each.name == name and each.role == role]
