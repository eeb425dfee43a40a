"""What a graph is made of: nodes, some of which hold others, and edges between nodes of one holder."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, NamedTuple

from tiercel_schemas.source.spans import Span
from tiercel_schemas.source.text import SourceText
from tiercel_server.analysis.flow import FlowAnalysis
from tiercel_server.analysis.names.calls import FlowId

NodeKind = Literal["task", "flowable", "subflow", "trigger", "section", "flow", "missing"]
"""`flowable`: a task that holds others; `section`: a list of the flow, as `errors`; `flow`: a whole flow; `missing`: a
flow that is named and nowhere declared."""
EdgeKind = Literal["sequence", "branch", "depends", "trigger", "errors", "finally", "after", "subflow"]
"""`branch`: from a holder to what runs first inside it; `errors`, `finally`, `after`: to what runs when something
failed, in any case, and when the execution has ended; `depends`: of a Dag; `subflow`: one flow calls another;
`trigger`: from a trigger to what it starts, or from a flow to one that waits for its end."""


class FlowPlace(NamedTuple):
    """A flow and the name of the document that it stands in."""

    document: str
    flow: FlowAnalysis


FindFlow = Callable[[FlowId], "FlowPlace | None"]
"""Finds a flow by namespace and id."""


_NO_SPAN = Span(0, 0)


@dataclass(frozen=True, slots=True)
class Node:
    """A node. `id` is its own in the graph; `cluster` is the id of the node that holds it.

    `name` is the id that the text gives, "" while there is none; `span` is of the whole in its document, `name_span`
    where to point. `detail` is what tells most about it beside its type: a condition, a value, a schedule. `flow` is
    the flow that a node stands for or calls, `expandable` whether that one can be shown inside it, `expanded` whether
    it is.
    """

    id: str
    kind: NodeKind
    name: str
    type: str = ""
    document: str = ""
    span: Span = _NO_SPAN
    name_span: Span = _NO_SPAN
    cluster: str | None = None
    detail: str = ""
    disabled: bool = False
    flow: FlowId | None = None
    expandable: bool = False
    expanded: bool = False
    depth: int = 0
    """How many flows are around the one that declares it: 0 for the graph's own, 1 in a subflow shown inside it."""

    @property
    def label(self) -> str:
        """What to call it: its name, else its type's."""
        return self.name or self.short_type or self.id

    @property
    def short_type(self) -> str:
        """The last name of its type."""
        return self.type.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class Edge:
    """An edge between two nodes, by their ids: siblings, or a holder and a node right inside it."""

    source: str
    target: str
    kind: EdgeKind
    label: str = ""


@dataclass(frozen=True)
class Graph:
    """A graph: nodes in the order of the text, each behind the one that holds it. `texts` are its documents'."""

    title: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    texts: Mapping[str, SourceText] = field(default_factory=dict)

    @cached_property
    def by_id(self) -> Mapping[str, Node]:
        """The nodes by their ids."""
        return {node.id: node for node in self.nodes}

    @cached_property
    def held(self) -> Mapping[str | None, tuple[Node, ...]]:
        """The nodes right in each node; those of the graph itself below None."""
        found: dict[str | None, list[Node]] = {}
        for node in self.nodes:
            found.setdefault(node.cluster, []).append(node)
        return {key: tuple(nodes) for key, nodes in found.items()}

    @cached_property
    def edges_within(self) -> Mapping[str | None, tuple[Edge, ...]]:
        """The edges between the nodes right in each node, and those from it to them."""
        found: dict[str | None, list[Edge]] = {}
        for edge in self.edges:
            found.setdefault(self.by_id[edge.target].cluster, []).append(edge)
        return {key: tuple(edges) for key, edges in found.items()}
