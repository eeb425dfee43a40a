"""For programs: nodes and edges; lines and columns from 1, columns count code points."""

from __future__ import annotations

import json
from collections.abc import Iterator

from tiercel_schemas.source.spans import Span
from tiercel_server.features.graph import Graph, plain_graph


def render(graph: Graph) -> Iterator[str]:
    """The lines."""

    def range_of(document: str, span: Span) -> dict[str, int]:
        start, end = (graph.texts[document].position(offset) for offset in span)
        return {
            "line": start.line + 1,
            "column": start.column + 1,
            "end_line": end.line + 1,
            "end_column": end.column + 1,
        }

    yield from json.dumps(plain_graph(graph, range_of), indent=2).splitlines()
