"""The flow whose names an expression means, and how its steps are told apart."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from tiercel_server.analysis.flow import FlowAnalysis
from tiercel_server.analysis.names.calls import FlowId, target_of
from tiercel_server.analysis.names.model import Name, NameKind
from tiercel_server.analysis.symbols import InputSymbol, TaskSymbol

LOOP = "io.kestra.plugin.core.flow.Loop"


@dataclass(frozen=True)
class OwnFlow:
    """A flow as its own document shows it: what it declares is known."""

    flow: FlowAnalysis

    @cached_property
    def id(self) -> FlowId:
        """Namespace and id; the place in the document where there is no id."""
        outline = self.flow.outline
        namespace = outline.namespace.value if outline.namespace is not None else ""
        id_ = outline.id.value if outline.id is not None else ""
        return namespace, id_ or f"#{self.flow.document.span.start}"

    def name(self, kind: NameKind, *steps: str) -> Name:
        """The name of a thing of this flow."""
        return Name(kind, *self.id, steps)

    @cached_property
    def inputs(self) -> dict[tuple[str, ...], InputSymbol]:
        """The inputs by the steps that lead to them."""
        return {each.steps: each for each in reversed(self.flow.outline.inputs) if each.id}

    @cached_property
    def variables(self) -> frozenset[tuple[str, ...]]:
        """The steps that lead to variables."""
        return frozenset(each.steps for each in self.flow.outline.variables)

    @cached_property
    def labels(self) -> frozenset[str]:
        """The keys of labels."""
        return frozenset(each.key for each in self.flow.outline.labels)

    def called_by(self, task_id: str) -> FlowId | None:
        """The flow that a task calls."""
        task = self.flow.outline.task(task_id)
        return target_of(task, self.id[0]) if task is not None else None

    def loop(self, task_id: str) -> TaskSymbol | None:
        """A task that is a loop with outputs."""
        task = self.flow.outline.task(task_id)
        return task if task is not None and task.type == LOOP else None


@dataclass(frozen=True)
class ForeignFlow:
    """A flow known by its name alone; what belongs to it is uncertain until its document is looked at."""

    id: FlowId

    def name(self, kind: NameKind, *steps: str) -> Name:
        """The name of a thing of that flow."""
        return Name(kind, *self.id, steps)


Home = OwnFlow | ForeignFlow
