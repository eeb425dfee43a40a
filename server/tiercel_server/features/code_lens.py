"""Lenses above a flow: run it, and how its last run ended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tiercel_schemas.source.spans import Span
from tiercel_server.analysis import FlowAnalysis
from tiercel_server.workspace import DocumentSnapshot

RUN_COMMAND = "tiercel.run"
RUN_AGAIN_COMMAND = "tiercel.runAgain"
RUN_TO_COMMAND = "tiercel.runTo"
RUN_TASK_COMMAND = "tiercel.runTask"
REPLAY_COMMAND = "tiercel.replayFrom"
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
    had_inputs: bool = False


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
            if last.had_inputs:
                again = "▶ Run with the last inputs"
                lenses.append(CodeLens(span, again, RUN_AGAIN_COMMAND, (snapshot.name, symbol.value)))
        lenses += _of_tasks(snapshot.name, symbol.value, flow, replayed=last is not None)
    return tuple(lenses)


def _of_tasks(uri: str, flow_id: str, flow: FlowAnalysis, *, replayed: bool) -> Iterator[CodeLens]:
    """Lenses above the tasks of the flow's own list, which a run can begin or end at."""
    for task in flow.outline.top_tasks:
        if task.section != "tasks" or not task.id:
            continue
        arguments = (uri, task.id, flow_id)
        yield CodeLens(task.name_span, "▶ Run to here", RUN_TO_COMMAND, arguments)
        yield CodeLens(task.name_span, "▶ Run task", RUN_TASK_COMMAND, arguments)
        if replayed:
            yield CodeLens(task.name_span, "↻ Replay from here", REPLAY_COMMAND, arguments)


_MARKS = {"SUCCESS": "✓", "WARNING": "!"}


def duration_text(seconds: float) -> str:
    """A duration as people read it: `12 ms`, `3.4 s`, `2 min 5 s`."""
    if seconds < 1:
        return f"{round(seconds * 1000)} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s"
