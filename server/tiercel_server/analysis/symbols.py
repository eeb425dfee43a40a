"""The things that a flow declares, each with its places in the text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from tiercel_schemas.source.nodes import MappingNode, Node, Path
from tiercel_schemas.source.spans import Span

Section = Literal["tasks", "errors", "finally", "afterExecution", "listeners"]


@dataclass(slots=True, eq=False)
class TextSymbol:
    """A text of the flow itself, such as its id; `span` is that of the value."""

    value: str
    span: Span
    key_span: Span


@dataclass(slots=True, eq=False)
class TaskSymbol:
    """A task. `id` and `type` are "" while they are not written yet.

    `section` is the flow's list that it belongs to in the end; `slot` is the key of the list (or value) of its parent
    that holds it: `tasks`, `then`, `cases.X`, `errors` …; `index` its place in that list. `depends_on` is a Dag's.
    """

    id: str
    type: str
    path: Path
    node: MappingNode
    id_span: Span | None
    type_span: Span | None
    section: Section
    slot: str
    index: int
    parent: TaskSymbol | None
    disabled: bool = False
    depends_on: tuple[str, ...] = ()
    children: list[TaskSymbol] = field(default_factory=list)

    @property
    def span(self) -> Span:
        """The whole task."""
        return self.node.span

    @property
    def name_span(self) -> Span:
        """Where to point for the task: its id, else its type, else where it begins."""
        return self.id_span or self.type_span or Span(self.node.span.start, self.node.span.start)

    def ancestors(self) -> Iterator[TaskSymbol]:
        """The tasks around it, nearest first."""
        task = self.parent
        while task is not None:
            yield task
            task = task.parent

    def descendants(self) -> Iterator[TaskSymbol]:
        """The tasks inside it, in the order of the text."""
        for child in self.children:
            yield child
            yield from child.descendants()


@dataclass(slots=True, eq=False)
class InputSymbol:
    """An input; `id` is the whole name behind `inputs.`, a form's id before that of its child."""

    id: str
    type: str
    path: Path
    node: MappingNode
    id_span: Span | None
    type_span: Span | None
    parent: InputSymbol | None = None
    required: bool = True
    has_default: bool = False
    depends_on: tuple[str, ...] = ()

    @property
    def span(self) -> Span:
        """The whole input."""
        return self.node.span

    @property
    def name_span(self) -> Span:
        """Where to point for the input."""
        return self.id_span or self.type_span or Span(self.node.span.start, self.node.span.start)

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps behind `inputs` that lead to its value."""
        return tuple(self.id.split(".")) if self.id else ()


@dataclass(slots=True, eq=False)
class VariableSymbol:
    """A key of `variables`, at any depth; `steps` lead to it behind `vars`."""

    steps: tuple[str, ...]
    path: Path
    key_span: Span
    node: Node | None

    @property
    def span(self) -> Span:
        """From the key to the end of the value."""
        return Span(self.key_span.start, self.node.span.end if self.node is not None else self.key_span.end)


@dataclass(slots=True, eq=False)
class TriggerSymbol:
    """A trigger; `id` and `type` are "" while they are not written yet."""

    id: str
    type: str
    path: Path
    node: MappingNode
    id_span: Span | None
    type_span: Span | None
    disabled: bool = False

    @property
    def span(self) -> Span:
        """The whole trigger."""
        return self.node.span

    @property
    def name_span(self) -> Span:
        """Where to point for the trigger."""
        return self.id_span or self.type_span or Span(self.node.span.start, self.node.span.start)


@dataclass(slots=True, eq=False)
class OutputSymbol:
    """An output of the flow."""

    id: str
    type: str
    path: Path
    node: MappingNode
    id_span: Span | None
    type_span: Span | None

    @property
    def span(self) -> Span:
        """The whole output."""
        return self.node.span

    @property
    def name_span(self) -> Span:
        """Where to point for the output."""
        return self.id_span or self.type_span or Span(self.node.span.start, self.node.span.start)


@dataclass(slots=True, eq=False)
class LabelSymbol:
    """A label of the flow; `value` is None where it is no scalar."""

    key: str
    value: str | None
    path: Path
    key_span: Span
    span: Span


Symbol = TaskSymbol | InputSymbol | TriggerSymbol | OutputSymbol | VariableSymbol | LabelSymbol
