"""The decision: what an event makes of an execution, and what has to be done then. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from tiercel_engine.core import beginning, conclusion, interventions, killing, lists, restarting, retries, sla
from tiercel_engine.core.effects import Announce, Effect
from tiercel_engine.core.events import (
    ContinueRequested,
    DirectoryClosed,
    DirectoryOpened,
    Evaluated,
    Event,
    ExecutionCreated,
    ForceRunRequested,
    IterationEnded,
    KillRequested,
    ListenersJudged,
    OutputsRendered,
    RestartRequested,
    ResumeRequested,
    SlotGranted,
    SlotRefused,
    SubflowEnded,
    SubflowRefused,
    SubflowStarted,
    TaskEnded,
    TaskRunChangeRequested,
    TaskStarted,
    TimerFired,
    Together,
    UnqueueRequested,
)
from tiercel_engine.core.flowables import KINDS, for_each_item, loop, pause, subflow
from tiercel_engine.core.flowables.working_directory import WorkingDirectory
from tiercel_engine.core.records import Attempt, Execution, StateChange, TaskRun
from tiercel_engine.core.states import State
from tiercel_engine.core.work import Work

_Handler = Callable[[Work, Any], None]
_AT_WORK = frozenset({State.SUBMITTED, State.RUNNING, State.CREATED})


class MisplacedEventError(Exception):
    """An event that the execution can't have: a first one that creates nothing, or a second creation."""


def decide(execution: Execution | None, event: Event) -> tuple[Execution, tuple[Effect, ...]]:
    """The execution after an event, and the effects to perform, in order.

    The first event is an `ExecutionCreated`, with no execution before it. Events that come too late (an answer
    for a task run that has ended meanwhile) change nothing. Raises `MisplacedEventError`.
    """
    if isinstance(event, ExecutionCreated):
        if execution is not None:
            raise MisplacedEventError("the execution exists already")
        work = Work(beginning.new_execution(event), event.time)
        beginning.created(work, event)
    elif execution is None:
        raise MisplacedEventError(f"{type(event).__name__} before the execution exists")
    else:
        work = Work(execution, event.time)
        _HANDLERS[type(event)](work, event)
    _settle(work, event)
    return work.freeze(), tuple(work.effects)


def rebuild(events: Iterable[Event]) -> Execution:
    """The execution that a log of events leads to; raises `MisplacedEventError` when the log is empty."""
    execution: Execution | None = None
    for event in events:
        execution, _ = decide(execution, event)
    if execution is None:
        raise MisplacedEventError("no events")
    return execution


def _evaluated(work: Work, event: Evaluated) -> None:
    if event.purpose == "sla":
        waiting = work.execution.gated or ()
        work.change(gated=None)
        sla.answered(work, event)
        work.agenda.extendleft(reversed(waiting))
        return
    work.open_questions -= 1
    _answered(work, event)
    if work.open_questions <= 0 and work.execution.deferred:
        waiting = (*work.execution.deferred, *work.agenda)
        work.change(deferred=())
        work.agenda.clear()
        work.agenda.extend(sorted(waiting, key=lambda item: _turn(work, item)))


def _turn(work: Work, item: tuple[str, str | None]) -> tuple[int, int]:
    """Ends come first, as they came; then everything by the order of creation."""
    step, run_id = item
    run = work.runs.get(run_id) if run_id is not None else None
    return (0, 0) if step == "ended" else (1, run.number if run is not None else 0)


def _answered(work: Work, event: Evaluated) -> None:
    run = _live(work, event.task_run_id)
    if run is None:
        return
    if event.purpose == "runIf":
        lists.run_if_answered(work, run, event)
    elif event.purpose == "fixture":
        lists.fixture_answered(work, run, event)
    else:
        KINDS[work.task(run).type].answered(work, run, event)


def _live(work: Work, run_id: str | None) -> TaskRun | None:
    """A task run that exists and has not ended."""
    run = work.runs.get(run_id) if run_id is not None else None
    return run if run is not None and not run.state.terminated else None


def _task_started(work: Work, event: TaskStarted) -> None:
    run = _live(work, event.task_run_id)
    if run is not None and run.state in _AT_WORK | {State.RESTARTED}:
        work.set_state(work.start_attempt(run), State.RUNNING)


def _task_ended(work: Work, event: TaskEnded) -> None:
    run = _live(work, event.task_run_id)
    if run is None or run.state not in _AT_WORK | {State.RESTARTED}:
        return
    work.busy -= 1
    run = work.set_outputs(run, event.outputs)
    if event.cached:
        attempt = Attempt((run.attempts[-1].history[0], StateChange(event.state, work.time)))
        run = work.put(replace(run, attempts=(*run.attempts[:-1], attempt)))
    else:
        run = work.end_attempt(run, event.state)
    if event.state is State.FAILED:
        retries.failed(work, run, event.message)
    else:
        lists.finish_leaf(work, run, event.state, event.message)


def _timer_fired(work: Work, event: TimerFired) -> None:
    if event.purpose == "sla":
        sla.expired(work, event.round)
    elif event.purpose == "replay":
        retries.replay_now(work)
    elif event.purpose == "schedule":
        beginning.its_time_has_come(work)
    elif (run := _live(work, event.task_run_id)) is not None:
        if event.purpose == "retry":
            retries.retry_now(work, run, event)
        else:
            KINDS[work.task(run).type].timed(work, run, event)


def _caller_of(work: Work, run: TaskRun) -> Any:
    """What answers for the executions that a task has called: Subflow, or the calls of a ForEachItem."""
    return for_each_item if work.task(run).type == for_each_item.ITEMS_TYPE else subflow


def _subflow_started(work: Work, event: SubflowStarted) -> None:
    if (run := _live(work, event.task_run_id)) is not None:
        _caller_of(work, run).started(work, run, event)


def _subflow_refused(work: Work, event: SubflowRefused) -> None:
    if (run := _live(work, event.task_run_id)) is not None:
        _caller_of(work, run).refused(work, run, event)


def _subflow_ended(work: Work, event: SubflowEnded) -> None:
    if (run := _live(work, event.task_run_id)) is not None:
        _caller_of(work, run).child_ended(work, run, event)


def _iteration_ended(work: Work, event: IterationEnded) -> None:
    if (run := _live(work, event.task_run_id)) is not None:
        loop.iteration_ended(work, run, event)
    elif (skipped := work.runs.get(event.task_run_id)) is not None and skipped.state is State.SKIPPED:
        loop.skipped_iteration_ended(work, skipped, event)


def _directory_opened(work: Work, event: DirectoryOpened) -> None:
    if (run := _live(work, event.task_run_id)) is not None:
        _DIRECTORY.opened(work, run, event)


def _directory_closed(work: Work, event: DirectoryClosed) -> None:
    if (run := _live(work, event.task_run_id)) is not None:
        _DIRECTORY.closed(work, run, event)


_DIRECTORY = WorkingDirectory()


def _outputs_rendered(work: Work, event: OutputsRendered) -> None:
    conclusion.outputs_rendered(work, event)


def _kill_requested(work: Work, _event: KillRequested) -> None:
    killing.kill(work)


def _resume_requested(work: Work, event: ResumeRequested) -> None:
    pause.resume(work, event.inputs, event.to, event.by)


def _restart_requested(work: Work, _event: RestartRequested) -> None:
    restarting.restart(work)


def _together(work: Work, event: Together) -> None:
    for part in event.events:
        _HANDLERS[type(part)](work, part)


def _settle(work: Work, event: Event) -> None:
    """Work off the agenda, behind the service levels' gate, then see whether all is paused or over."""
    if _gated(work, event):
        return
    while work.agenda:
        if work.open_questions:
            work.change(deferred=(*work.execution.deferred, *work.agenda))
            work.agenda.clear()
            break
        level = tuple(work.agenda)
        work.agenda.clear()
        for step, run_id in level:
            _AGENDA[step](work, run_id)
    if work.paused and work.state is State.RUNNING and _all_paused(work):
        work.set_execution_state(State.PAUSED)
        work.effects.append(Announce())
    conclusion.seal(work)


def _gated(work: Work, event: Event) -> bool:
    waiting = work.execution.gated
    if waiting is None:
        answered = isinstance(event, Evaluated) and event.purpose == "sla"
        changed = any(step == "ended" for step, _ in work.agenda) or not work.runs
        if answered or not changed or not work.agenda or not sla.needs_gate(work):
            return False
        waiting = ()
        sla.ask(work)
    work.change(gated=(*waiting, *work.agenda))
    work.agenda.clear()
    return True


def _all_paused(work: Work) -> bool:
    if work.busy:
        return False
    for run in work.runs.values():
        if run.state.terminated or run.state is State.PAUSED or run.place is None:
            continue
        if run.scope is None or not run.scope.live:
            return False
    return True


def _begin(work: Work, run_id: str | None) -> None:
    if (run := _live(work, run_id)) is not None:
        lists.begin(work, run)


def _enter(work: Work, run_id: str | None) -> None:
    if (run := _live(work, run_id)) is not None:
        lists.enter(work, run)


def _ended(work: Work, run_id: str | None) -> None:
    if run_id in work.runs:
        lists.ended(work, work.run(run_id or ""))


def _failed(work: Work, run_id: str | None) -> None:
    if (run := _live(work, run_id)) is not None:
        retries.failed(work, run, None)


def _loop(work: Work, run_id: str | None) -> None:
    if (run := _live(work, run_id)) is not None:
        loop.go_on(work, run)


_AGENDA: dict[str, Callable[[Work, str | None], None]] = {
    "begin": _begin,
    "enter": _enter,
    "ended": _ended,
    "failed": _failed,
    "loop": _loop,
    "advance": lists.advance,
}

_HANDLERS: dict[type[Event], _Handler] = {
    SlotGranted: beginning.slot_granted,
    SlotRefused: beginning.slot_refused,
    Evaluated: _evaluated,
    TaskStarted: _task_started,
    TaskEnded: _task_ended,
    TimerFired: _timer_fired,
    SubflowStarted: _subflow_started,
    SubflowRefused: _subflow_refused,
    SubflowEnded: _subflow_ended,
    IterationEnded: _iteration_ended,
    DirectoryOpened: _directory_opened,
    DirectoryClosed: _directory_closed,
    OutputsRendered: _outputs_rendered,
    ListenersJudged: conclusion.listeners_judged,
    KillRequested: _kill_requested,
    ResumeRequested: _resume_requested,
    RestartRequested: _restart_requested,
    ContinueRequested: interventions.go_on,
    ForceRunRequested: interventions.force_run,
    UnqueueRequested: interventions.unqueue,
    TaskRunChangeRequested: interventions.change_task_run,
    Together: _together,
}
