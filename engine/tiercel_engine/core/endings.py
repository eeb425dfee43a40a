"""How task runs end, and what their end means to those around them."""

from __future__ import annotations

from dataclasses import replace

from tiercel_engine.core.records import Attempt, StateChange, TaskRun
from tiercel_engine.core.states import State
from tiercel_engine.core.work import Work
from tiercel_schemas.model import Task
from tiercel_schemas.versions import KestraVersion

_RANK = {
    State.SUCCESS: 0,
    State.SKIPPED: 0,
    State.RETRIED: 0,
    State.WARNING: 1,
    State.CANCELLED: 2,
    State.FAILED: 3,
    State.KILLED: 4,
}


def stronger(one: State, other: State) -> State:
    """Which of two ends decides; SKIPPED counts as SUCCESS."""
    first, second = _RANK.get(one, 0), _RANK.get(other, 0)
    if max(first, second) == 0:
        return State.SUCCESS
    return one if first >= second else other


def allowed(task: Task, state: State) -> State:
    """What a task's `allowFailure` and `allowWarning` make of an end."""
    if state is State.FAILED and task.allow_failure:
        state = State.WARNING
    if state is State.WARNING and task.allow_warning:
        state = State.SUCCESS
    return state


def finish_run(work: Work, run: TaskRun, state: State, message: str | None = None) -> None:
    """End a task run and let its parent know."""
    if run.state is not state:
        run = work.set_state(run, state, message)
    work.agenda.append(("ended", run.id))


def start_running(work: Work, run: TaskRun) -> TaskRun:
    """Let a task that the engine runs itself go to RUNNING, unless a replay left it there, with its one attempt."""
    run = work.start_attempt(run)
    return run if run.state is State.RUNNING else work.set_state(run, State.RUNNING)


def finish_running(work: Work, run: TaskRun, state: State) -> None:
    """End a task that the engine runs itself, its attempt with it."""
    restarted = run.scope is not None and bool(run.attempts) and run.attempts[-1].state.terminated
    finish_run(work, run if restarted else work.end_attempt(run, state), state)


def fail_before_running(work: Work, run: TaskRun, message: str) -> None:
    """A task that the engine runs itself throws: it fails without having run, and the execution's log tells too."""
    if work.version is KestraVersion.V2_0:
        work.log("ERROR", f"Failed to process task: {message}", run)
    work.log("ERROR", message)
    end_unprocessed(work, run, message)


def end_unprocessed(work: Work, run: TaskRun, message: str) -> None:
    """End a task that never ran; 1.3 gives up the whole execution then, whatever the task allows.

    Only with an afterExecution does it look at the execution once more, and starts the first error handler.
    """
    if work.version is KestraVersion.V1_3 and run.parent_id is None:
        plan = work.execution.plan
        handlers = plan.tasks_of(None, "errors")[:1] if plan.tasks_of(None, "afterExecution") else ()
        work.change(plan=replace(plan, root={**plan.root, "errors": handlers, "finally": ()}))
        finish_run(work, work.end_attempt(run, State.FAILED), State.FAILED, message)
        return
    end = allowed(work.task(run), State.FAILED)
    finish_run(work, work.end_attempt(run, end), end, message)


def skip(work: Work, run: TaskRun) -> None:
    """End a task run that does nothing: its only attempt is CREATED, then SKIPPED."""
    attempt = Attempt((StateChange(State.CREATED, run.start_date), StateChange(State.SKIPPED, work.time)))
    finish_run(work, work.put(replace(run, attempts=(attempt,))), State.SKIPPED)
