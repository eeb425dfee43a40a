"""How the tasks of the last run ended, on their lines."""

from __future__ import annotations

from collections.abc import Iterator

from tiercel_server.analysis import FlowAnalysis
from tiercel_server.features.code_lens import duration_text
from tiercel_server.features.inlay_hints.model import HintSources, InlayHint

_MARKS = {"SUCCESS": "✓", "WARNING": "!", "SKIPPED": "–"}


def run_hints(flow: FlowAnalysis, sources: HintSources) -> Iterator[InlayHint]:
    """A note behind the id of each task that ran."""
    outline = flow.outline
    ends = sources.task_ends.get(outline.id.value, {}) if outline.id is not None else {}
    for task in outline.tasks:
        end = ends.get(task.id) if task.id and task.id_span is not None else None
        if end is not None and task.id_span is not None:
            runs = f", {end.runs} runs" if end.runs > 1 else ""
            text = f"{_MARKS.get(end.state, '✗')} {end.state} in {duration_text(end.seconds)}{runs}"
            yield InlayHint(task.id_span.end, text, "note", "How the last run ended here.")
