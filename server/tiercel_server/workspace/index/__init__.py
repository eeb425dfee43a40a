"""What the documents of a workspace declare and name: compact entries of files, and an index over them.

entry = entry_of(snapshot)                                    # a file's entry; small, can be sent between processes
closed = ClosedFiles().with_entries({entry.key: entry})       # never changes: gives a new one
index = WorkspaceIndex(closed, open_snapshots, load)          # what features ask; open documents count before files
index.flows, index.places(name), index.declarations(name), index.symbols()
"""

from tiercel_server.workspace.index.closed import ClosedFiles
from tiercel_server.workspace.index.entries import (
    DocumentEntry,
    FlowEntry,
    IndexedSymbol,
    document_key,
    entry_of,
    flow_entries,
)
from tiercel_server.workspace.index.index import NO_INDEX, Document, FoundFlow, Place, WorkspaceIndex, known_flows

__all__ = [
    "NO_INDEX",
    "ClosedFiles",
    "Document",
    "DocumentEntry",
    "FlowEntry",
    "FoundFlow",
    "IndexedSymbol",
    "Place",
    "WorkspaceIndex",
    "document_key",
    "entry_of",
    "flow_entries",
    "known_flows",
]
