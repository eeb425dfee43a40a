"""A graph as JSON."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tiercel_schemas.source.spans import Span
from tiercel_server.features.graph.model import Edge, Graph, Node

TellRange = Callable[[str, Span], Any]
"""A place in a document, as whoever reads the graph counts lines and columns."""


def plain_graph(graph: Graph, range_of: TellRange) -> dict[str, Any]:
    """`{title, nodes, edges}`; what is false, empty or unknown is left out of nodes and edges."""
    return {
        "title": graph.title,
        "nodes": [_node(node, range_of) for node in graph.nodes],
        "edges": [_edge(edge) for edge in graph.edges],
    }


def _node(node: Node, range_of: TellRange) -> dict[str, Any]:
    told: dict[str, Any] = {"id": node.id, "kind": node.kind, "label": node.label}
    more = {
        "type": node.type,
        "cluster": node.cluster,
        "detail": node.detail,
        "disabled": node.disabled,
        "expandable": node.expandable,
        "expanded": node.expanded,
        "depth": node.depth,
    }
    told.update((key, value) for key, value in more.items() if value)
    if node.flow is not None:
        told["flow"] = {"namespace": node.flow[0], "id": node.flow[1]}
    if node.document:
        told["document"] = node.document
        told["range"] = range_of(node.document, node.span)
        told["selectionRange"] = range_of(node.document, node.name_span)
    return told


def _edge(edge: Edge) -> dict[str, Any]:
    told = {"source": edge.source, "target": edge.target, "kind": edge.kind}
    return {**told, "label": edge.label} if edge.label else told
