"""What people do to an execution from outside, besides kill, resume and restart."""

from __future__ import annotations

from tiercel_engine.core import beginning, conclusion, lists, restarting
from tiercel_engine.core.events import ContinueRequested, ForceRunRequested, TaskRunChangeRequested, UnqueueRequested
from tiercel_engine.core.flowables import pause
from tiercel_engine.core.states import State
from tiercel_engine.core.work import Work

_WAITING = frozenset({State.CREATED, State.QUEUED})


def go_on(work: Work, event: ContinueRequested) -> None:
    """Leave the breakpoint: what stopped there begins."""
    if work.state is not State.BREAKPOINT:
        return
    if event.breakpoints is not None:
        work.change(breakpoints=event.breakpoints)
    work.set_execution_state(State.RUNNING)
    for run in sorted(work.runs.values(), key=lambda run: run.number):
        if run.state is State.BREAKPOINT:
            lists.go_on(work, work.set_state(run, State.CREATED))


def force_run(work: Work, event: ForceRunRequested) -> None:
    """Run whatever it waits for: a place, a date, a person."""
    if work.state in _WAITING and not work.runs:
        work.set_execution_state(State.RUNNING)
        beginning.start(work)
    elif work.state is State.PAUSED:
        pause.resume(work, {}, State.SUCCESS, None)
    elif work.state is State.BREAKPOINT:
        go_on(work, ContinueRequested(event.time))


def unqueue(work: Work, event: UnqueueRequested) -> None:
    """Leave the line, to run or to end."""
    if work.state is not State.QUEUED:
        return
    if event.to is State.RUNNING:
        work.set_execution_state(State.RUNNING)
        beginning.start(work)
    elif event.to.terminated:
        work.change(concluded=True)
        conclusion.abandon(work, event.to)


def change_task_run(work: Work, event: TaskRunChangeRequested) -> None:
    """Give a task run of a terminated execution another end, and go on after it."""
    run = work.runs.get(event.task_run_id)
    if not work.execution.sealed or run is None or not run.state.terminated or not event.to.terminated:
        return
    restarting.change_end(work, run, event.to)
