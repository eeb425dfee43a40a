"""For Mermaid, as Markdown on GitHub and GitLab shows it: holders are subgraphs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tiercel_server.features.graph import Edge, Graph, Node

_SHAPES = {"trigger": ("([", "])"), "subflow": ("[[", "]]"), "flow": ("[", "]"), "missing": ("[", "]")}
_ARROWS = {"trigger": "-.->", "errors": "-.->", "finally": "-.->", "after": "-.->"}


def render(graph: Graph) -> Iterator[str]:
    """The lines."""
    # Ids of tasks may be words of the language, as `end`: numbers never are.
    names = {node.id: f"n{number}" for number, node in enumerate(graph.nodes)}
    yield "flowchart TD"
    yield from _nodes(graph, names, None, "  ")
    for edge in graph.edges:
        inside = graph.by_id[edge.target].cluster == edge.source
        # Mermaid can't draw from a subgraph into itself: such an edge starts at the point that stands for it.
        source = f"{names[edge.source]}_in" if inside else names[edge.source]
        yield f"  {source} {_arrow(edge)} {names[edge.target]}"
    if any(node.disabled or node.kind == "missing" for node in graph.nodes):
        yield "  classDef faint stroke-dasharray: 4 3"
        yield f"  class {','.join(names[n.id] for n in graph.nodes if n.disabled or n.kind == 'missing')} faint"


def _nodes(graph: Graph, names: Mapping[str, str], cluster: str | None, indent: str) -> Iterator[str]:
    for node in graph.held.get(cluster, ()):
        name = names[node.id]
        if node.id not in graph.held:
            before, behind = _SHAPES.get(node.kind, ("(", ")"))
            yield f"{indent}{name}{before}{_label(node)}{behind}"
            continue
        yield f"{indent}subgraph {name}[{_label(node)}]"
        if any(edge.source == node.id for edge in graph.edges_within.get(node.id, ())):
            yield f"{indent}  {name}_in(( ))"
        yield from _nodes(graph, names, node.id, f"{indent}  ")
        yield f"{indent}end"


def _arrow(edge: Edge) -> str:
    arrow = _ARROWS.get(edge.kind, "-->")
    return f"{arrow}|{_text(edge.label)}|" if edge.label else arrow


def _label(node: Node) -> str:
    parts = (node.label, node.short_type if node.name else "", node.detail)
    return "<br>".join([_text(parts[0]), *(f"<small>{_text(part)}</small>" for part in parts[1:] if part)]).join('""')


def _text(text: str) -> str:
    """Text that Mermaid takes for nothing else: all but letters, digits and a few marks by their numbers."""
    shown = "".join(
        each if each.isalnum() or each in " _-.,:/" else f"#{ord(each)};" for each in text.replace("\n", " ")
    )
    return shown or " "
