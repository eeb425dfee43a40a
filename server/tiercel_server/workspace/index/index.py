"""The workspace at one moment: files and open documents, found by what they declare and name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import NamedTuple, TypeAlias
from weakref import WeakKeyDictionary

from tiercel_server.analysis.names import Name, Occurrence
from tiercel_server.analysis.names.calls import FlowId
from tiercel_server.analysis.workspace_flows import KnownFlow, WorkspaceFlows
from tiercel_server.workspace.flow_index import known_flow
from tiercel_server.workspace.index.closed import ClosedFiles
from tiercel_server.workspace.index.entries import (
    DocumentEntry,
    FlowEntry,
    IndexedSymbol,
    document_key,
    flow_entries,
)
from tiercel_server.workspace.snapshot import DocumentSnapshot

Document: TypeAlias = DocumentSnapshot | DocumentEntry
_WORKSPACE_WIDE = frozenset({"namespace", "flow", "kv", "secret", "plugin", "namespace-variable"})


class Place(NamedTuple):
    """An occurrence in a document."""

    document: Document
    occurrence: Occurrence


class FoundFlow(NamedTuple):
    """A flow in a document."""

    document: Document
    entry: FlowEntry


class WorkspaceIndex:
    """Answers about a whole workspace. Never changes; what is derived is made when asked for, and kept.

    `load` gives the snapshot of a file by its entry, None where it can't be read any more. `before` is an earlier
    index, of which what has not changed is kept.
    """

    def __init__(
        self,
        closed: ClosedFiles | None = None,
        documents: Iterable[DocumentSnapshot] = (),
        load: Callable[[DocumentEntry], DocumentSnapshot | None] | None = None,
        before: WorkspaceIndex | None = None,
    ) -> None:
        self.closed = closed if closed is not None else ClosedFiles()
        self._load = load
        # What flows know of one another seldom changes with an edit, and what was found out of it can be kept.
        self.before: WorkspaceIndex | None = before
        if before is not None and "flows" not in before.__dict__:
            self.before = before.before
        self.open = {document_key(each.name): each for each in documents}

    # --- flows -------------------------------------------------------------------------------------------------

    @cached_property
    def flows(self) -> WorkspaceFlows:
        """What flows know of one another."""
        before, self.before = self.before, None
        if before is not None and before.closed is self.closed and before.known_open == self.known_open:
            return before.flows
        known = dict(self.closed.known)
        for key, snapshot in self.open.items():
            hidden = self.closed.entries.get(key)
            for flow in hidden.flows if hidden is not None else ():
                if self.closed.by_flow.get(flow.id) == (key,):
                    known.pop(flow.id, None)
            known.update(((each.namespace, each.id), each) for each in known_flows(snapshot))
        return WorkspaceFlows(known)

    @cached_property
    def known_open(self) -> dict[str, tuple[KnownFlow, ...]]:
        """What others may know of the open documents' flows."""
        return {key: known_flows(snapshot) for key, snapshot in self.open.items()}

    def all_flows(self) -> Iterator[FoundFlow]:
        """Every flow, those of open documents first."""
        for snapshot in self.open.values():
            yield from (FoundFlow(snapshot, flow) for flow in self._of_open(snapshot))
        yield from self._flows_of_files()

    def flows_of(self, document: Document) -> tuple[FoundFlow, ...]:
        """The flows of one document."""
        flows = document.flows if isinstance(document, DocumentEntry) else self._of_open(document)
        return tuple(FoundFlow(document, flow) for flow in flows)

    def declaring(self, flow: FlowId, project: str | None = None) -> tuple[FoundFlow, ...]:
        """Where a flow is declared; of several places those of a project, if there are any."""
        found = [
            FoundFlow(snapshot, each)
            for snapshot in self.open.values()
            for each in self._of_open(snapshot)
            if each.id == flow
        ]
        for key in self.closed.by_flow.get(flow, ()):
            if key not in self.open:
                entry = self.closed.entries[key]
                found.extend(FoundFlow(entry, each) for each in entry.flows if each.id == flow)
        near = [each for each in found if each.document.project == project]
        return tuple(near or found)

    def snapshot(self, document: Document) -> DocumentSnapshot | None:
        """The whole document, read from its file where it is not open."""
        return (
            document
            if isinstance(document, DocumentSnapshot)
            else self._load(document)
            if self._load is not None
            else None
        )

    def symbols(self) -> Iterator[tuple[Document, FlowEntry, IndexedSymbol]]:
        """Everything that flows declare."""
        for document, flow in self.all_flows():
            for symbol in flow.symbols:
                yield document, flow, symbol

    # --- names -------------------------------------------------------------------------------------------------

    def declarations(self, name: Name, near: DocumentSnapshot | None = None) -> tuple[Place, ...]:
        """Where a thing is declared; a flow that `near` holds, or another of its project, comes before others."""
        if near is not None and name.flow.startswith("#"):
            return tuple(each for each in self.places(name, near) if each.occurrence.role == "declaration")
        project = near.project if near is not None else None
        if name.kind in _WORKSPACE_WIDE and name.kind != "flow":
            return tuple(each for each in self.places(name, near) if each.occurrence.role in {"declaration", "write"})
        found = self.declaring((name.namespace, name.flow), project)
        own = [each for each in found if each.document is near]
        places: dict[Place, None] = {}
        for document, flow in own or found:
            for occurrence in self._inside(document, flow, name):
                if occurrence.role in {"declaration", "write"}:
                    places[Place(document, occurrence)] = None
        declared = [each for each in places if each.occurrence.role == "declaration"]
        return tuple(declared or places)

    def places(self, name: Name, near: DocumentSnapshot | None = None) -> tuple[Place, ...]:
        """Everywhere that a name stands: in the flow that declares it, and in all that name it from outside."""
        if near is not None and name.flow.startswith("#"):
            # A flow without an id, or an anchor: nobody else can mean it.
            return tuple(Place(near, each) for each in near.occurrences if each.name == name and each.certain)
        places: dict[Place, None] = {}
        project = near.project if near is not None else None
        if name.kind not in _WORKSPACE_WIDE:
            found = self.declaring((name.namespace, name.flow), project)
            own = [each for each in found if each.document is near]
            for document, flow in own or found:
                snapshot = self.snapshot(document)
                where = document if snapshot is None else snapshot
                places.update((Place(where, each), None) for each in self._inside(where, flow, name))
        for document, occurrences in self._naming(name):
            if name.kind in _WORKSPACE_WIDE or not self._declares(document, name):
                places.update((Place(document, each), None) for each in occurrences)
        if near is not None and document_key(near.name) not in self.open:
            places.update((Place(near, each), None) for each in near.occurrences if each.name == name)
        known = self.is_declared(name) if any(not each.occurrence.certain for each in places) else True
        return tuple(each for each in places if each.occurrence.certain or known)

    def is_declared(self, name: Name) -> bool:
        """Whether some document of the workspace declares a thing."""
        if name.kind in _WORKSPACE_WIDE and name.kind != "flow":
            return any(each.role in {"declaration", "write"} for _, found in self._naming(name) for each in found)
        found = self.declaring((name.namespace, name.flow))
        return any(symbol.name == name for _, flow in found for symbol in flow.symbols)

    def _naming(self, name: Name) -> Iterator[tuple[Document, list[Occurrence]]]:
        """The documents that name a thing with the places there, as far as the index holds them."""
        for snapshot in self.open.values():
            found = [each for each in snapshot.occurrences if each.name == name]
            if found:
                yield snapshot, found
        for key in self.closed.by_name.get(name, ()):
            if key not in self.open:
                entry = self.closed.entries[key]
                inside = [each for flow in entry.flows for each in flow.occurrences if each.name == name]
                yield entry, inside + [each for each in entry.others if each.name == name]

    def _declares(self, document: Document, name: Name) -> bool:
        """Whether the flow of a name is one of a document's own."""
        return any(flow.entry.id == (name.namespace, name.flow) for flow in self.flows_of(document))

    def _inside(self, document: Document, flow: FlowEntry, name: Name) -> list[Occurrence]:
        """The places in a flow itself; of a file that is not open only what it declares and lets out."""
        if isinstance(document, DocumentSnapshot):
            return [each for each in document.occurrences if each.name == name]
        declared = [
            Occurrence(each.name, each.span, "declaration", "scalar", each.span)
            for each in flow.symbols
            if each.name == name
        ]
        return declared or [each for each in flow.occurrences if each.name == name]

    def _flows_of_files(self) -> Iterator[FoundFlow]:
        for key, entry in self.closed.entries.items():
            if key not in self.open:
                yield from (FoundFlow(entry, flow) for flow in entry.flows)

    def _of_open(self, snapshot: DocumentSnapshot) -> tuple[FlowEntry, ...]:
        found = _ENTRIES.get(snapshot)
        if found is None:
            found = _ENTRIES[snapshot] = flow_entries(snapshot)
        return found


_ENTRIES: WeakKeyDictionary[DocumentSnapshot, tuple[FlowEntry, ...]] = WeakKeyDictionary()
"""The entries of open documents live as long as their snapshots, through all the indexes that these are part of."""
_KNOWN: WeakKeyDictionary[DocumentSnapshot, tuple[KnownFlow, ...]] = WeakKeyDictionary()


def known_flows(snapshot: DocumentSnapshot) -> tuple[KnownFlow, ...]:
    """What others may know of a document's flows."""
    found = _KNOWN.get(snapshot)
    if found is None:
        found = _KNOWN[snapshot] = tuple(known for flow in snapshot.flows if (known := known_flow(flow)) is not None)
    return found


NO_INDEX = WorkspaceIndex()
"""Nothing but what a feature is shown."""
