"""The hints of a document."""

from __future__ import annotations

from collections.abc import Iterator

from tiercel_schemas.source.spans import Span
from tiercel_server.analysis import FlowAnalysis
from tiercel_server.features.inlay_hints.calls import default_hints
from tiercel_server.features.inlay_hints.last_run import run_hints
from tiercel_server.features.inlay_hints.model import HintSources, InlayHint
from tiercel_server.features.inlay_hints.schedules import schedule_hints
from tiercel_server.features.inlay_hints.types import type_hints
from tiercel_server.workspace import DocumentSnapshot


def inlay_hints(snapshot: DocumentSnapshot, within: Span | None, sources: HintSources) -> tuple[InlayHint, ...]:
    """The hints of a document, or of a stretch of it, in the order of the text."""
    found = [
        hint for flow in snapshot.flows for hint in _of(flow, sources) if within is None or within.contains(hint.offset)
    ]
    return tuple(sorted(dict.fromkeys(found), key=lambda each: (each.offset, each.text)))


def _of(flow: FlowAnalysis, sources: HintSources) -> Iterator[InlayHint]:
    yield from schedule_hints(flow, sources)
    yield from type_hints(flow)
    yield from default_hints(flow, sources)
    yield from run_hints(flow, sources)
