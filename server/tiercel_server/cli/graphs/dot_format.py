"""For Graphviz: holders are clusters, and an edge to one ends at its border."""

from __future__ import annotations

from collections.abc import Iterator

from tiercel_server.features.graph import Edge, Graph, Node

_SHAPES = {
    "trigger": 'shape=cds, style=""',
    "subflow": "shape=component",
    "missing": 'shape=box, style="dashed"',
}
_STYLES = {
    "sequence": "",
    "branch": "",
    "depends": "",
    "subflow": "",
    "trigger": "style=dashed",
    "errors": "style=dashed, color=firebrick, fontcolor=firebrick",
    "finally": "style=dotted",
    "after": "style=dotted",
}


def render(graph: Graph) -> Iterator[str]:
    """The lines."""
    yield f"digraph {_quoted(graph.title)} {{"
    yield "  compound=true; rankdir=TB; newrank=true;"
    yield '  node [shape=box, style=rounded, fontname="sans-serif"]; edge [fontname="sans-serif"];'
    yield '  graph [fontname="sans-serif"];'
    yield from _nodes(graph, None, "  ")
    for edge in graph.edges:
        yield f"  {_edge(graph, edge)};"
    yield "}"


def _nodes(graph: Graph, cluster: str | None, indent: str) -> Iterator[str]:
    for node in graph.held.get(cluster, ()):
        if node.id not in graph.held:
            shape = _SHAPES.get(node.kind, "")
            disabled = ', style="dashed", fontcolor=gray' if node.disabled else ""
            more = f", {shape}" if shape and not disabled else ""
            yield f"{indent}{_quoted(node.id)} [label={_label(node)}{more}{disabled}];"
            continue
        yield f"{indent}subgraph {_quoted('cluster_' + node.id)} {{"
        yield f"{indent}  label={_label(node)}; style={'dashed' if node.disabled else 'rounded'};"
        # A place inside that edges to and from the holder can be drawn to.
        yield f'{indent}  {_quoted(node.id)} [shape=point, width=0.06, label=""];'
        yield from _nodes(graph, node.id, f"{indent}  ")
        yield f"{indent}}}"


def _edge(graph: Graph, edge: Edge) -> str:
    inside = graph.by_id[edge.target].cluster == edge.source
    facts = [_STYLES[edge.kind]]
    if edge.label:
        facts.append(f"label={_quoted(edge.label)}")
    if edge.source in graph.held and not inside:
        facts.append(f"ltail={_quoted('cluster_' + edge.source)}")
    if edge.target in graph.held:
        facts.append(f"lhead={_quoted('cluster_' + edge.target)}")
    told = ", ".join(fact for fact in facts if fact)
    return f"{_quoted(edge.source)} -> {_quoted(edge.target)}" + (f" [{told}]" if told else "")


def _label(node: Node) -> str:
    return _quoted("\n".join(part for part in (node.label, node.short_type if node.name else "", node.detail) if part))


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\r", " ").replace("\n", "\\n")
    return f'"{escaped}"'
