"""The entries of files that are not open, with ways to find them by what they declare and name."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

from tiercel_server.analysis.names import Name, Occurrence
from tiercel_server.analysis.names.calls import FlowId
from tiercel_server.analysis.workspace_flows import KnownFlow
from tiercel_server.workspace.index.entries import DocumentEntry

_Keys = tuple[str, ...]


@dataclass(frozen=True)
class ClosedFiles:
    """Entries by their keys. Never changes: `with_entries` gives another, which shares what stayed the same."""

    entries: Mapping[str, DocumentEntry] = field(default_factory=dict)
    by_flow: Mapping[FlowId, _Keys] = field(default_factory=dict)
    by_name: Mapping[Name, _Keys] = field(default_factory=dict)

    def with_entries(self, changed: Mapping[str, DocumentEntry | None]) -> ClosedFiles:
        """The files after some changed; None for those that are gone or hold nothing."""
        entries = dict(self.entries)
        gone = [entry for key in changed if (entry := entries.pop(key, None)) is not None]
        come = [entry for entry in changed.values() if entry is not None]
        entries.update((entry.key, entry) for entry in come)
        return ClosedFiles(
            entries,
            _moved(self.by_flow, _by(gone, _flow_ids), _by(come, _flow_ids)),
            _moved(self.by_name, _by(gone, _names), _by(come, _names)),
        )

    @cached_property
    def known(self) -> Mapping[FlowId, KnownFlow]:
        """What flows know of one another."""
        flows = (flow for entry in self.entries.values() for flow in entry.flows)
        return {flow.id: flow.known for flow in flows if flow.known is not None}


_Key = TypeVar("_Key", bound=Hashable)


def _by(
    entries: list[DocumentEntry], keys: Callable[[DocumentEntry], set[_Key]]
) -> list[tuple[DocumentEntry, set[_Key]]]:
    return [(entry, keys(entry)) for entry in entries]


def _moved(
    places: Mapping[_Key, _Keys],
    gone: Iterable[tuple[DocumentEntry, set[_Key]]],
    come: Iterable[tuple[DocumentEntry, set[_Key]]],
) -> dict[_Key, _Keys]:
    found = dict(places)
    less: dict[_Key, set[str]] = {}
    more: dict[_Key, list[str]] = {}
    for entry, keys in gone:
        for key in keys:
            less.setdefault(key, set()).add(entry.key)
    for entry, keys in come:
        for key in keys:
            more.setdefault(key, []).append(entry.key)
    for key, documents in less.items():
        found[key] = tuple(each for each in found.get(key, ()) if each not in documents)
    for key, documents_to_add in more.items():
        found[key] = found.get(key, ()) + tuple(documents_to_add)
    for key in less:
        if not found[key]:
            del found[key]
    return found


def _flow_ids(entry: DocumentEntry) -> set[FlowId]:
    return {flow.id for flow in entry.flows}


def _names(entry: DocumentEntry) -> set[Name]:
    return {each.name for each in _occurrences(entry)}


def _occurrences(entry: DocumentEntry) -> Iterator[Occurrence]:
    for flow in entry.flows:
        yield from flow.occurrences
    yield from entry.others
