"""Lenses above a flow: run it, and how its last run ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tiercel_schemas.source.spans import Span
from tiercel_server.workspace import DocumentSnapshot

RUN_COMMAND = "tiercel.run"
CANCEL_COMMAND = "tiercel.cancelRun"


@dataclass(frozen=True, slots=True)
class CodeLens:
    """A line of text above `span`; a click runs `command` with `arguments` (JSON values)."""

    span: Span
    title: str
    command: str
    arguments: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class LastRun:
    """The last run of a flow: its state, None while it goes on, and how long it took in seconds."""

    state: str | None
    seconds: float = 0.0


def code_lenses(snapshot: DocumentSnapshot, last_runs: Mapping[str, LastRun]) -> tuple[CodeLens, ...]:
    """The lenses of each flow; `last_runs` by the flows' ids."""
    lenses: list[CodeLens] = []
    for flow in snapshot.flows:
        symbol = flow.outline.id
        if symbol is None or not symbol.value:
            continue
        span = symbol.key_span
        last = last_runs.get(symbol.value)
        if last is not None and last.state is None:
            lenses.append(CodeLens(span, "■ Cancel", CANCEL_COMMAND, (snapshot.name,)))
            continue
        lenses.append(CodeLens(span, "▶ Run", RUN_COMMAND, (snapshot.name, {}, symbol.value)))
        if last is not None:
            title = f"{_MARKS.get(last.state or '', '✗')} {last.state} in {duration_text(last.seconds)}"
            lenses.append(CodeLens(span, title, RUN_COMMAND, (snapshot.name, {}, symbol.value)))
    return tuple(lenses)


_MARKS = {"SUCCESS": "✓", "WARNING": "!"}


def duration_text(seconds: float) -> str:
    """A duration as people read it: `12 ms`, `3.4 s`, `2 min 5 s`."""
    if seconds < 1:
        return f"{round(seconds * 1000)} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s"
