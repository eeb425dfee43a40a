"""What stands around a document, as plain values that whoever reads files hands in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from tiercel_server.analysis.workspace_flows import NO_FLOWS, WorkspaceFlows

_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class SeenRun:
    """The last run of a flow on this machine: outputs of its task runs by task, masked as the history keeps them.

    Of a task that ran several times the last run's outputs are kept. `states` is the worst or last state by task.
    """

    execution_id: str
    state: str
    started: str
    outputs: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    inputs: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    states: Mapping[str, str] = field(default_factory=lambda: _NOTHING)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The workspace as one document sees it.

    `flows` are the other flows. `files` (paths of namespace files), `kv` and `secrets` (names, never values) are by
    namespace; those of the namespaces above count as well. `names` without a namespace stand below "". `labels` are
    the keys of labels in use with the values seen. `runs` are the last local runs by namespace and id of the flow.
    """

    flows: WorkspaceFlows = NO_FLOWS
    files: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: _NOTHING)
    kv: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: _NOTHING)
    secrets: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: _NOTHING)
    runs: Mapping[tuple[str, str], SeenRun] = field(default_factory=dict)

    def files_of(self, namespace: str) -> tuple[str, ...]:
        """The files of one namespace."""
        return self.files.get(namespace, ())

    def kv_of(self, namespace: str) -> tuple[str, ...]:
        """The keys that a flow of a namespace finds."""
        return _along(self.kv, namespace)

    def secrets_of(self, namespace: str) -> tuple[str, ...]:
        """The names of secrets that a flow of a namespace finds."""
        return _along(self.secrets, namespace)


NOTHING_AROUND = Surroundings()


def _along(names: Mapping[str, tuple[str, ...]], namespace: str) -> tuple[str, ...]:
    """The names of a namespace and of those above it, nearest first; then those of none."""
    found: dict[str, None] = {}
    steps = namespace.split(".") if namespace else []
    for length in range(len(steps), -1, -1):
        found.update(dict.fromkeys(names.get(".".join(steps[:length]), ())))
    return tuple(found)
