"""What is known of the other flows of a workspace, as a value that whoever reads files hands in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


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


@dataclass(frozen=True, slots=True)
class WorkspaceFlows:
    """The flows of a workspace by namespace and id. `complete`: a flow that is missing here exists nowhere."""

    flows: Mapping[tuple[str, str], KnownFlow] = field(default_factory=dict)
    complete: bool = False

    def get(self, namespace: str, id_: str) -> KnownFlow | None:
        """The flow of this namespace and id."""
        return self.flows.get((namespace, id_))

    def started_by(self, namespace: str, id_: str) -> frozenset[tuple[str, str]]:
        """The flows that run because this one does: those it calls, and those that its end starts."""
        name = (namespace, id_)
        called = self.flows[name].calls if name in self.flows else frozenset()
        return called | {each for each, known in self.flows.items() if name in known.listens}

    def has_namespace(self, namespace: str) -> bool:
        """Whether the workspace holds any flow of a namespace."""
        return any(each == namespace for each, _ in self.flows)


NO_FLOWS = WorkspaceFlows()
