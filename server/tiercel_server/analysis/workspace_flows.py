"""What is known of the other flows of a workspace, as a value that whoever reads files hands in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property


@dataclass(frozen=True, slots=True)
class KnownInput:
    """An input of another flow."""

    id: str
    type: str
    needed: bool
    description: str = ""
    default: str = ""


@dataclass(frozen=True, slots=True)
class KnownFlow:
    """Another flow: its inputs, the ids of its outputs, the flows that it calls whatever happens, and those whose end
    starts it."""

    namespace: str
    id: str
    inputs: tuple[KnownInput, ...] = ()
    outputs: tuple[str, ...] = ()
    calls: frozenset[tuple[str, str]] = frozenset()
    disabled: bool = False
    listens: frozenset[tuple[str, str]] = frozenset()
    output_types: tuple[str, ...] = ()
    """The types of the outputs in their order, "" where none is written."""
    labels: tuple[tuple[str, str], ...] = ()
    description: str = ""
    revision: str = ""


FlowId = tuple[str, str]


@dataclass(frozen=True)
class WorkspaceFlows:
    """The flows of a workspace by namespace and id. `complete`: a flow that is missing here exists nowhere."""

    flows: Mapping[FlowId, KnownFlow] = field(default_factory=dict)
    complete: bool = False

    def get(self, namespace: str, id_: str) -> KnownFlow | None:
        """The flow of this namespace and id."""
        return self.flows.get((namespace, id_))

    def started_by(self, namespace: str, id_: str) -> frozenset[FlowId]:
        """The flows that run because this one does: those it calls, and those that its end starts."""
        name = (namespace, id_)
        called = self.flows[name].calls if name in self.flows else frozenset()
        return called | self._listeners.get(name, frozenset())

    def starting(self, namespace: str, id_: str) -> frozenset[FlowId]:
        """The flows that make this one run in the end, by however many others; itself where it makes itself run."""
        name = (namespace, id_)
        found = self._found.get(name)
        if found is None:
            seen, waiting = set[FlowId](), [name]
            while waiting:
                for each in self._starters.get(waiting.pop(), ()):
                    if each not in seen:
                        seen.add(each)
                        waiting.append(each)
            found = self._found[name] = frozenset(seen)
        return found

    def has_namespace(self, namespace: str) -> bool:
        """Whether the workspace holds any flow of a namespace."""
        return namespace in self._namespaces

    @cached_property
    def _namespaces(self) -> frozenset[str]:
        return frozenset(namespace for namespace, _ in self.flows)

    @cached_property
    def _listeners(self) -> Mapping[FlowId, frozenset[FlowId]]:
        found: dict[FlowId, set[FlowId]] = {}
        for name, known in self.flows.items():
            for each in known.listens:
                found.setdefault(each, set()).add(name)
        return {name: frozenset(each) for name, each in found.items()}

    @cached_property
    def _starters(self) -> Mapping[FlowId, list[FlowId]]:
        found: dict[FlowId, list[FlowId]] = {}
        for name, known in self.flows.items():
            for each in known.calls:
                found.setdefault(each, []).append(name)
            found.setdefault(name, []).extend(known.listens)
        return found

    @cached_property
    def _found(self) -> dict[FlowId, frozenset[FlowId]]:
        return {}


NO_FLOWS = WorkspaceFlows()
