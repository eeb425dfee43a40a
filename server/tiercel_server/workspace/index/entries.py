"""What the index keeps of a document: its flows with their symbols, and the names that reach beyond a flow."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from typing import NamedTuple

from tiercel_schemas.source.spans import Span
from tiercel_server.analysis.flow import FlowAnalysis
from tiercel_server.analysis.names import Name, Occurrence
from tiercel_server.analysis.names.calls import FlowId
from tiercel_server.analysis.names.context import OwnFlow
from tiercel_server.analysis.names.flows import declared_occurrences, outward_occurrences
from tiercel_server.analysis.workspace_flows import KnownFlow
from tiercel_server.workspace.flow_index import known_flow
from tiercel_server.workspace.folders import path_of
from tiercel_server.workspace.snapshot import DocumentSnapshot


class IndexedSymbol(NamedTuple):
    """A thing that a flow declares; `detail` is its type."""

    name: Name
    span: Span
    detail: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class FlowEntry:
    """A flow: `id` as its names have it, `span` of the whole, `id_span` where to point, names that reach beyond it."""

    id: FlowId
    span: Span
    id_span: Span
    known: KnownFlow | None
    symbols: tuple[IndexedSymbol, ...]
    occurrences: tuple[Occurrence, ...]


@dataclass(frozen=True, slots=True, eq=False)
class DocumentEntry:
    """A document: `key` tells it from others, `stamp` is its file's time and size, `line_starts` count code points.

    `others` are names in test suites and project files, which belong to no flow of the document.
    """

    name: str
    key: str
    project: str
    stamp: tuple[int, int]
    line_starts: array[int]
    is_ascii: bool
    flows: tuple[FlowEntry, ...]
    others: tuple[Occurrence, ...] = ()


def document_key(name: str) -> str:
    """What tells a document from others, however its URI is spelled."""
    path = path_of(name)
    return str(path) if path is not None else name


def entry_of(snapshot: DocumentSnapshot, stamp: tuple[int, int] = (0, 0)) -> DocumentEntry | None:
    """What the index keeps of a document; None where that is nothing."""
    flows = flow_entries(snapshot)
    others = snapshot.occurrences if snapshot.is_project_file else snapshot.suite_names
    if not flows and not others:
        return None
    return DocumentEntry(
        snapshot.name,
        document_key(snapshot.name),
        snapshot.project,
        stamp,
        array("l", snapshot.text.line_starts),
        snapshot.text.text.isascii(),
        flows,
        others,
    )


def flow_entries(snapshot: DocumentSnapshot) -> tuple[FlowEntry, ...]:
    """The flows of a document."""
    return tuple(_flow_entry(flow) for flow in snapshot.flows)


def _flow_entry(flow: FlowAnalysis) -> FlowEntry:
    own, outline = OwnFlow(flow), flow.outline
    types: dict[tuple[str, tuple[str, ...]], str] = {}
    types.update((("task", (each.id,)), each.type) for each in outline.tasks)
    types.update((("trigger", (each.id,)), each.type) for each in outline.triggers)
    types.update((("input", each.steps), each.type) for each in outline.inputs)
    types.update((("output", (each.id,)), each.type) for each in outline.outputs)
    symbols = tuple(
        IndexedSymbol(each.name, each.span, types.get((each.name.kind, each.name.steps), ""))
        for each in declared_occurrences(own)
        if each.name.kind != "namespace"
    )
    id_span = outline.id.span if outline.id is not None else Span(flow.root.span.start, flow.root.span.start)
    return FlowEntry(own.id, flow.root.span, id_span, known_flow(flow), symbols, outward_occurrences(flow))
