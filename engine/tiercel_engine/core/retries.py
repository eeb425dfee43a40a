"""Whether, when and how a failed task is tried again."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from tiercel_engine.core.conclusion import candidate, keep_handlers
from tiercel_engine.core.effects import Announce, StartReplay, StartTimer
from tiercel_engine.core.events import TimerFired
from tiercel_engine.core.flowables import KINDS, Flowable
from tiercel_engine.core.ids import fraction
from tiercel_engine.core.lists import begin_after_execution, enter, finish_leaf, gets_twin, release
from tiercel_engine.core.records import Stage, TaskRun
from tiercel_engine.core.states import State
from tiercel_engine.core.stopping import cut_off
from tiercel_engine.core.work import Work
from tiercel_schemas.model.retry import ConstantRetry, ExponentialRetry, Retry


def effective_retry(work: Work, run: TaskRun) -> Retry | None:
    """The task's own policy, else that of the nearest flowable around whose main work it is, else the flow's."""
    task = work.task(run)
    if task.retry is not None:
        return task.retry
    inner = run
    if run.place is Stage.AFTER:
        return None
    for outer in work.freeze().ancestors(run) if run.parent_id else ():
        policy = work.task(outer).retry
        if policy is not None and inner.place is Stage.MAIN:
            return policy
        inner = outer
    if work.execution.loop_run is not None and inner.place is Stage.MAIN:
        policy = work.execution.plan.tasks[work.execution.loop_run.task_id].task.retry
        if policy is not None:
            return policy
    return None if task.allow_failure else work.execution.flow.retry


def delay(policy: Retry, run: TaskRun) -> timedelta:
    """How long to wait after the attempts made so far."""
    made = len(run.attempts)
    if isinstance(policy, ConstantRetry):
        return policy.interval
    if isinstance(policy, ExponentialRetry):
        factor = policy.delay_factor if policy.delay_factor is not None else 2.0
        try:
            return min(policy.interval * factor ** (made - 1), policy.max_interval)
        except OverflowError:
            return policy.max_interval
    span = policy.max_interval - policy.min_interval
    return policy.min_interval + span * fraction(run.id, made)


def next_attempt(policy: Retry, run: TaskRun, now: datetime, attempts_made: int) -> datetime | None:
    """The date of the next attempt, None when the policy allows no more."""
    if policy.max_attempts is not None and attempts_made >= policy.max_attempts:
        return None
    date = now + delay(policy, run)
    if policy.max_duration is not None:
        first = run.attempts[0].history[0].date if run.attempts else run.start_date
        if date > first + policy.max_duration:
            return None
    return date


def failed(work: Work, run: TaskRun, message: str | None) -> None:
    """An attempt has failed, its end is recorded: wait for another, start anew, or end the task run."""
    policy = effective_retry(work, run)
    detached = (run.place is None and not run.twin) or run.place is Stage.AFTER
    left = work.scope(run.parent_id).stopped or work.state is State.RETRIED
    if policy is None or detached or left:
        finish_leaf(work, run, State.FAILED, message)
        return
    anew = policy.behavior == "CREATE_NEW_EXECUTION"
    made = work.execution.attempt_number if anew else len(run.attempts)
    date = next_attempt(policy, run, work.time, made)
    if date is None:
        _give_up(work, run, policy, message)
    elif anew:
        _start_anew(work, run, date, message)
    else:
        _wait(work, run, date, message)


def _wait(work: Work, run: TaskRun, date: datetime, message: str | None) -> None:
    run = work.set_state(run, State.FAILED, message)
    run = work.set_state(run, State.RETRYING)
    owner = run.parent_id
    scope = work.scope(owner)
    if run.place is not None:
        work.set_scope(owner, replace(scope, retrying=scope.retrying + 1))
    if owner is None and _nothing_left(work, run) and not _handlers_of_flow_retry(work, run):
        state = candidate(work)
        work.set_execution_state(State.FAILED if _is_main_work(work, run) else state)
        begin_after_execution(work)
    work.set_execution_state(State.RETRYING)
    work.effects.append(StartTimer("retry", run.id, date, len(run.attempts)))
    if run.place not in {Stage.MAIN, None}:
        work.agenda.append(("advance", owner))
    if run.twin and owner is None:
        release(work)


def _is_main_work(work: Work, run: TaskRun) -> bool:
    if not run.twin:
        return run.place is Stage.MAIN
    return any(other.task_id == run.task_id and other.place is Stage.MAIN for other in work.runs.values())


def _nothing_left(work: Work, run: TaskRun) -> bool:
    scope = work.root
    if run.place is None:
        return True
    if scope.live > scope.retrying:
        return False
    return run.place is Stage.MAIN or scope.cursor >= len(work.listed(None, scope))


def retry_now(work: Work, run: TaskRun, event: TimerFired) -> None:
    """The wait is over: the same task run begins again."""
    if run.state is not State.RETRYING or event.round != len(run.attempts):
        return
    owner = run.parent_id
    scope = work.scope(owner)
    if run.place is not None:
        work.set_scope(owner, replace(scope, retrying=scope.retrying - 1))
    work.set_execution_state(State.RUNNING)
    enter(work, work.set_state(run, State.CREATED))


def _give_up(work: Work, run: TaskRun, policy: Retry, message: str | None) -> None:
    if _gets_twin(work, run) and run.parent_id is not None:
        work.set_state(run, State.FAILED, message)
        work.create_run(run.task_id, run.parent_id, run.place, value=run.value, iteration=run.iteration, twin=True)
        return
    if policy.behavior == "CREATE_NEW_EXECUTION":
        if work.execution.attempt_number > 1 and run.parent_id is None:
            keep_handlers(work, errors=0, finally_=0)
    elif _handlers_of_flow_retry(work, run) and len(run.attempts) > 1:
        # The real engine runs the first handler only, and calls the execution a success then.
        first_is_error = bool(work.list_named(None, "errors"))
        keep_handlers(work, errors=1, finally_=0 if first_is_error else 1)
        work.change(exit_state=State.SUCCESS)
    finish_leaf(work, run, State.FAILED, message)


def _handlers_of_flow_retry(work: Work, run: TaskRun) -> bool:
    """Whether the flow's own policy tries a task of its main list again that errors or finally wait for."""
    if run.parent_id is not None or run.place is not Stage.MAIN or work.task(run).retry is not None:
        return False
    return bool(work.list_named(None, "errors") or work.list_named(None, "finally"))


def _gets_twin(work: Work, run: TaskRun) -> bool:
    """2.0 runs a task that was retried in vain a second time over, unless it stands first in its list."""
    if run.parent_id is None or work.task(run).allow_failure or not gets_twin(work, run):
        return False
    kind = KINDS[work.task(work.run(run.parent_id)).type]
    return isinstance(kind, Flowable) and kind.twins


def _start_anew(work: Work, run: TaskRun, date: datetime, message: str | None) -> None:
    run = work.set_state(run, State.FAILED, message)
    if run.parent_id is None and not _handlers_of_flow_retry(work, run):
        work.set_execution_state(State.FAILED)
    for outer in (run, *work.freeze().ancestors(run)):
        inner = work.run(outer.id)
        if inner.scope is not None:
            inner = work.put(replace(inner, scope=replace(inner.scope, stage=Stage.DONE)))
        work.set_state(inner, State.RETRIED)
    work.set_execution_state(State.RETRIED)
    for other in sorted(work.runs.values(), key=lambda other: other.number):
        if not other.state.terminated:
            cut_off(work, other, State.KILLED)
    work.root = replace(work.root, stopped=True)
    work.effects += [Announce(), StartTimer("replay", None, date)]


def replay_now(work: Work) -> None:
    """The wait is over: a new execution takes the place of this one, which ends as RETRIED."""
    work.effects.append(StartReplay(work.new_id(), work.execution.attempt_number + 1))
    work.root = replace(work.root, stage=Stage.DONE)
