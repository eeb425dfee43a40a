"""Leaving an execution before its tasks are done: Exit, a kill, a service level missed."""

from __future__ import annotations

from dataclasses import replace

from tiercel_engine.core.conclusion import abandon
from tiercel_engine.core.effects import StopExecution, StopTask
from tiercel_engine.core.endings import finish_run, finish_running
from tiercel_engine.core.records import TaskRun
from tiercel_engine.core.states import State
from tiercel_engine.core.stopping import is_leaf, running_executions
from tiercel_engine.core.work import Work

_NOT_STARTED = frozenset({State.CREATED, State.QUEUED})
_AT_WORK = frozenset({State.SUBMITTED, State.RUNNING})


def leave_all(work: Work, state: State) -> None:
    """Exit: nothing new starts; what is at work ends by itself, but for KILLED, which stops it."""
    work.change(exit_state=state)
    stop_scopes(work)
    if state is State.KILLED:
        stop_runs(work)
    else:
        for run in live_runs(work):
            if run.state is State.RETRYING:
                finish_run(work, run, State.FAILED)


def kill(work: Work) -> None:
    """Somebody wants the execution to stop."""
    if work.state.terminated or work.execution.killing:
        return
    if work.state in _NOT_STARTED and not work.runs:
        work.change(killing=True, concluded=True)
        abandon(work, State.KILLED)
        return
    if work.state is State.PAUSED:
        work.set_execution_state(State.RESTARTED)
        work.change(attempt_number=work.execution.attempt_number + 1)
    work.change(killing=True)
    work.set_execution_state(State.KILLING)
    stop_scopes(work)
    stop_runs(work)


def live_runs(work: Work) -> list[TaskRun]:
    """Task runs that have not ended, in the order of creation."""
    runs = [run for run in work.runs.values() if not run.state.terminated]
    return sorted(runs, key=lambda run: run.number)


def stop_scopes(work: Work) -> None:
    """Let no list start anything more, and end those with nothing at work."""
    for run in live_runs(work):
        if run.scope is not None:
            work.put(replace(run, scope=replace(run.scope, stopped=True)))
            work.agenda.append(("advance", run.id))
    work.root = replace(work.root, stopped=True)
    work.agenda.append(("advance", None))


def stop_runs(work: Work) -> None:
    """Interrupt what is at work, end what waits."""
    for run in live_runs(work):
        if run.state is State.PAUSED:
            _kill_paused(work, run)
        elif run.state not in _AT_WORK:
            finish_run(work, run, State.KILLED)
        elif is_leaf(work, run):
            work.effects.append(StopTask(run.id, awaited=True))
        elif children := running_executions(run):
            work.effects.extend(StopExecution(child_id) for child_id in children)
        elif run.scope is None:
            finish_running(work, run, State.KILLED)


def _kill_paused(work: Work, run: TaskRun) -> None:
    if run.scope is None or run.scope.data is not None:
        on = work.time.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        run = work.set_outputs(run, {**run.outputs, "resumed": {"on": on, "to": State.KILLING.value}})
    finish_running(work, run, State.KILLED)
