"""For terminals: a tree of what holds what, with arrows where the order is not that of the lines."""

from __future__ import annotations

from collections.abc import Iterator

import click

from tiercel_server.cli.formats.visible import visible
from tiercel_server.features.graph import Edge, Graph, Node

_LONGEST_DETAIL = 60
_MARKS = {"trigger": "⚡", "subflow": "↪", "section": "§", "missing": "?"}
_COLOURS = {"trigger": "magenta", "flowable": "cyan", "subflow": "blue", "section": "yellow", "missing": "red"}
_WORDS = {"depends": "after", "subflow": "calls", "trigger": "starts"}


def render(graph: Graph) -> Iterator[str]:
    """The lines."""
    yield click.style(visible(graph.title), bold=True)
    yield from _held(graph, None, "")


def _held(graph: Graph, cluster: str | None, indent: str) -> Iterator[str]:
    nodes = graph.held.get(cluster, ())
    edges = graph.edges_within.get(cluster, ())
    labels = {edge.target: edge.label for edge in edges if edge.source == cluster}
    label = ""
    for number, node in enumerate(nodes):
        last = number == len(nodes) - 1
        if node.id in labels and labels[node.id] != label:
            label = labels[node.id]
        branch = f"{label}: " if labels.get(node.id) else ""
        yield f"{indent}{'└─' if last else '├─'} {_line(node, branch)}{_arrows(graph, node, edges)}"
        yield from _held(graph, node.id, indent + ("   " if last else "│  "))


def _line(node: Node, branch: str) -> str:
    mark = f"{_MARKS[node.kind]} " if node.kind in _MARKS else ""
    name = click.style(visible(node.label), fg=_COLOURS.get(node.kind), bold=node.kind == "flowable")
    type_ = click.style(f"  {visible(node.short_type)}", dim=True) if node.name and node.type else ""
    detail = visible(node.detail)
    if len(detail) > _LONGEST_DETAIL:
        detail = f"{detail[: _LONGEST_DETAIL - 1]}…"
    words = [f"  {detail}" if detail else "", "  (disabled)" if node.disabled else ""]
    if node.kind == "missing":
        words.append("  (not in the workspace)")
    return f"{visible(branch)}{mark}{name}{type_}{''.join(words)}"


def _arrows(graph: Graph, node: Node, edges: tuple[Edge, ...]) -> str:
    """Where a node leads that the order of the lines does not tell."""
    waits = [edge.source for edge in edges if edge.kind == "depends" and edge.target == node.id]
    if waits:
        return f"  ← {', '.join(visible(graph.by_id[each].label) for each in waits)}"
    if node.kind not in {"flow", "missing"}:
        return ""
    said = []
    for kind in ("subflow", "trigger"):
        targets = [edge.target for edge in edges if edge.kind == kind and edge.source == node.id]
        if targets:
            said.append(f"{_WORDS[kind]} {', '.join(map(visible, targets))}")
    return f"  → {'; '.join(said)}" if said else ""
