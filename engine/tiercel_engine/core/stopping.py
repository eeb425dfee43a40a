"""Stopping what is at work: below a task that has resolved, on a kill, on Exit."""

from __future__ import annotations

from dataclasses import replace

from tiercel_engine.core.effects import StopExecution, StopTask
from tiercel_engine.core.records import Stage, TaskRun
from tiercel_engine.core.states import State
from tiercel_engine.core.work import Work

_AT_WORK = frozenset({State.SUBMITTED, State.RUNNING})


def stop_descendants(work: Work, parent: TaskRun, state: State, *, close_attempts: bool) -> None:
    """Give every live task run below one a state at once, and interrupt those at work."""
    below = {parent.id}
    for run in sorted(work.runs.values(), key=lambda run: run.number):
        if run.parent_id not in below:
            continue
        below.add(run.id)
        if not run.state.terminated:
            cut_off(work, run, state, close_attempts=close_attempts)


def let_descendants_end(work: Work, parent: TaskRun) -> None:
    """Let what is at work below a task run end by itself, and start nothing more; what waits fails."""
    below = {parent.id}
    for run in sorted(work.runs.values(), key=lambda run: run.number):
        if run.parent_id not in below:
            continue
        below.add(run.id)
        if run.state in {State.RETRYING, State.PAUSED}:
            cut_off(work, run, State.FAILED)
            work.agenda.append(("ended", run.id))
        elif run.scope is not None and not run.state.terminated:
            work.put(replace(run, scope=replace(run.scope, stopped=True)))
            work.agenda.append(("advance", run.id))


def cut_off(work: Work, run: TaskRun, state: State, *, close_attempts: bool = True) -> None:
    """Give a live task run a state at once, and interrupt it where it is at work; its parent is not told."""
    interrupt(work, run)
    if run.scope is not None:
        run = work.put(replace(run, scope=replace(run.scope, stage=Stage.DONE, stopped=True)))
    elif run.state in _AT_WORK and is_leaf(work, run):
        work.busy -= 1
    if close_attempts and run.attempts and not run.attempts[-1].state.terminated:
        run = work.end_attempt(run, state)
    work.set_state(run, state)


def is_leaf(work: Work, run: TaskRun) -> bool:
    """Whether a worker runs it."""
    from tiercel_engine.core.flowables import KINDS

    return work.task(run).type not in KINDS


def interrupt(work: Work, run: TaskRun) -> None:
    """Stop the worker or the child executions of a task run."""
    if run.state not in _AT_WORK:
        return
    if run.scope is None and is_leaf(work, run):
        work.effects.append(StopTask(run.id))
    for child_id in running_executions(run):
        work.effects.append(StopExecution(child_id))


def running_executions(run: TaskRun) -> tuple[str, ...]:
    """The executions that a Subflow or a Loop waits for."""
    data = run.scope.data if run.scope is not None else None
    children = getattr(data, "running_executions", None)
    return tuple(children) if children is not None else ()
