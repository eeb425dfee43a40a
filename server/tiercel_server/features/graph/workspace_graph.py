"""The flows of a workspace, with edges where one calls another or waits for its end."""

from __future__ import annotations

from collections.abc import Iterable

from tiercel_schemas.source.text import SourceText
from tiercel_server.analysis.names.calls import FlowId, awaited_flows, is_flow_trigger, target_of
from tiercel_server.features.graph.flow_graph import flow_name
from tiercel_server.features.graph.model import Edge, EdgeKind, FlowPlace, Graph, Node


def workspace_graph(title: str, places: Iterable[FlowPlace]) -> Graph:
    """A node for each flow, in the order given; of two with one name the first stands. Edges stand once for a kind.

    Flows that are called or waited for and are not among them are nodes of the kind `missing`.
    """
    nodes: dict[FlowId, Node] = {}
    texts: dict[str, SourceText] = {}
    edges: dict[Edge, None] = {}
    named: dict[FlowId, None] = {}
    for place in places:
        outline = place.flow.outline
        name = flow_name(outline)
        if name in nodes:
            continue
        texts[place.document] = place.flow.source.text
        pointed = outline.id.span if outline.id is not None else outline.root.span
        nodes[name] = Node(
            ".".join(name), "flow", name[1], "", place.document, outline.root.span, pointed, detail=name[0], flow=name
        )
        for task in outline.tasks:
            target = target_of(task, name[0])
            if target is not None:
                edges[_edge(name, target, "subflow")] = None
                named[target] = None
        for trigger in outline.triggers:
            if is_flow_trigger(trigger.type):
                for source in awaited_flows(trigger, name[0]):
                    edges[_edge(source, name, "trigger")] = None
                    named[source] = None
    for name in named:
        if name not in nodes:
            nodes[name] = Node(".".join(name), "missing", name[1], detail=name[0], flow=name)
    return Graph(title, tuple(nodes.values()), tuple(edges), texts)


def _edge(source: FlowId, target: FlowId, kind: EdgeKind) -> Edge:
    return Edge(".".join(source), ".".join(target), kind, {"subflow": "calls", "trigger": "starts"}[kind])
