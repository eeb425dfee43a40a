"""Service levels: how long an execution may last, what must stay true."""

from __future__ import annotations

from collections.abc import Iterator

from tiercel_engine.core.effects import Question, StartTimer
from tiercel_engine.core.events import Evaluated
from tiercel_engine.core.flowables.execution_updates import merge_labels, report_labels
from tiercel_engine.core.killing import stop_runs, stop_scopes
from tiercel_engine.core.states import State
from tiercel_engine.core.truth import is_true
from tiercel_engine.core.work import Work
from tiercel_schemas.model.durations import format_duration
from tiercel_schemas.model.sla import AssertionSla, MaxDurationSla, Sla


def watch(work: Work) -> None:
    """Set the timers of the longest durations."""
    for number, sla in enumerate(_levels(work)):
        if isinstance(sla, MaxDurationSla):
            date = work.execution.start_date + sla.duration
            work.effects.append(StartTimer("sla", None, date, number))


def needs_gate(work: Work) -> bool:
    """Whether assertions must be looked at before the execution goes on."""
    return not work.state.terminated and not work.execution.violated and any(_assertions(work))


def ask(work: Work) -> None:
    """Have the assertions rendered."""
    work.ask("sla", None, *(Question(sla.id, sla.assertion) for sla in _assertions(work)))


def answered(work: Work, event: Evaluated) -> None:
    """React to the first assertion that doesn't hold; a failing expression doesn't hold."""
    for sla in _assertions(work):
        if event.error is not None or not is_true(event.values.get(sla.id)):
            violate(work, sla, f"SLA '{sla.id}' violated: assertion is false: {sla.assertion}.")
            return


def expired(work: Work, number: int) -> None:
    """A longest duration has passed."""
    sla = _levels(work)[number]
    if work.state.terminated or work.execution.violated or not isinstance(sla, MaxDurationSla):
        return
    lasted = format_duration(work.time - work.execution.start_date)
    limit = format_duration(sla.duration)
    violate(
        work, sla, f"SLA '{sla.id}' violated: execution duration of {lasted} exceed the maximum duration of {limit}."
    )


def violate(work: Work, sla: Sla, reason: str) -> None:
    """Log, label, and end the execution if that is the behaviour. Only the first violation counts."""
    work.log("WARN", reason)
    work.change(violated=sla.behavior != "NONE", noted_sla=(*work.execution.noted_sla, sla.id))
    if sla.labels:
        added = tuple((label.key, label.value) for label in sla.labels)
        work.change(labels=merge_labels(work.execution.labels, added))
        report_labels(work)
    if sla.behavior == "NONE":
        return
    state = State.FAILED if sla.behavior == "FAIL" else State.CANCELLED
    if state is State.FAILED:
        work.log("ERROR", f"Execution failed due to {reason}")
    work.set_execution_state(state)
    work.change(exit_state=state)
    stop_scopes(work)
    stop_runs(work)


def _levels(work: Work) -> tuple[Sla, ...]:
    return () if work.execution.loop_run is not None else work.execution.flow.sla


def _assertions(work: Work) -> Iterator[AssertionSla]:
    for sla in _levels(work):
        if isinstance(sla, AssertionSla) and sla.id not in work.execution.noted_sla:
            yield sla
