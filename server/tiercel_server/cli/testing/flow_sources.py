"""The lines of a flow with the places of its tasks, for pages that show them."""

from __future__ import annotations

import os

from tiercel_server.cli.testing.homes import Home
from tiercel_server.cli.testing.reports.coverage_html import FlowSource


def flow_source(home: Home, namespace: str, flow_id: str) -> FlowSource | None:
    """The source of a flow of the workspace, None where it has none."""
    analysis, path = home.analysis(namespace, flow_id), home.path_of(namespace, flow_id)
    if analysis is None or path is None:
        return None
    text = analysis.source.text
    first, last = text.line_at(analysis.document.span.start), text.line_at(analysis.document.span.end)
    tasks = {}
    for task in analysis.outline.tasks:
        start = text.line_at(task.span.start)
        stretch = text.slice(task.span).rstrip()
        tasks[task.id] = (start - first, start - first + stretch.count("\n") + 1)
    lines = tuple(text.text.splitlines()[first : last + 1])
    return FlowSource(os.path.relpath(path, home.root), lines, tasks)
