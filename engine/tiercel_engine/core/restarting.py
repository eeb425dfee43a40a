"""Restart: failed task runs, and those that a crash cut off, run again in the same execution."""

from __future__ import annotations

from dataclasses import replace

from tiercel_engine.core.adoption import main_children, recount
from tiercel_engine.core.effects import RestartExecution
from tiercel_engine.core.flowables import KINDS, Flowable, loop
from tiercel_engine.core.flowables.base import CORE
from tiercel_engine.core.flowables.execution_updates import merge_labels, report_labels
from tiercel_engine.core.flowables.subflow import Called
from tiercel_engine.core.killing import stop_scopes
from tiercel_engine.core.records import Scope, Stage, StateChange, TaskRun
from tiercel_engine.core.states import State
from tiercel_engine.core.work import Work

_DONE = frozenset({State.SUCCESS, State.WARNING, State.SKIPPED})


def restart(work: Work) -> None:
    """Begin again where it stopped: handlers' task runs go, failed ones and their parents are RESTARTED."""
    execution = work.execution
    if execution.sealed and execution.state in {State.SUCCESS, State.WARNING}:
        return
    left_with = None if execution.sealed or execution.killing else execution.exit_state
    work.change(labels=merge_labels(execution.labels, (("system.restarted", "true"),)))
    report_labels(work)
    _unseal(work)
    work.change(exit_state=left_with)
    _empty_directories(work)
    again = [run for run in _ordered(work) if run.state not in _DONE]
    _take_in(work, execution.deferred + (execution.gated or ()))
    around = {outer.id: outer for run in again for outer in work.freeze().ancestors(run)}
    again += [outer for outer in around.values() if outer.state in _DONE and _is_open_flowable(work, outer)]
    again.sort(key=lambda run: run.number)
    for run in again:
        _reopen(work, run)
        if len(run.history) > 1:
            # A flowable that has ended goes on in its last attempt; what it holds is RESTARTED.
            goes_on = run.state.terminated and _is_open_flowable(work, run)
            work.set_state(work.run(run.id), State.RUNNING if goes_on else State.RESTARTED)
    recount(work, None, main_children(work, None))
    for run in again:
        if _is_open_flowable(work, run):
            recount(work, run.id, main_children(work, run.id))
    work.set_execution_state(State.RUNNING)
    entered = {run.id for run in again if run.scope is None and _is_flowable(work, run)}
    for run in again:
        # What stands below a flowable that has to be entered anew goes on from there.
        if run.parent_id not in entered or not execution.took_over:
            _go_on(work, work.run(run.id))
    if left_with is not None:
        stop_scopes(work)
    work.agenda.append(("advance", None))


def _unseal(work: Work) -> None:
    """Let an execution be RESTARTED: nothing of its end holds any more, nothing is at work."""
    work.change(
        sealed=False,
        concluded=False,
        killing=False,
        exit_state=None,
        end_state=None,
        violated=False,
        attempt_number=work.execution.attempt_number + 1,
        outputs={},
        deferred=(),
        gated=None,
        held=(),
        after_seen=None,
    )
    work.busy = 0
    work.open_questions = 0
    work.set_execution_state(State.RESTARTED)
    _drop_handlers(work)


def change_end(work: Work, run: TaskRun, state: State) -> None:
    """Give a task run of a terminated execution another end, and let what is around it go on after it."""
    around = list(work.freeze().ancestors(run))
    _unseal(work)
    if run.id not in work.runs:
        return
    run = work.set_state(run, state)
    if run.attempts:
        last = run.attempts[-1]
        last = replace(last, history=(*last.history, StateChange(state, work.time)))
        work.put(replace(run, attempts=(*run.attempts[:-1], last)))
    for outer in around:
        work.start_attempt(work.set_state(work.run(outer.id), State.RUNNING))
    recount(work, None, main_children(work, None))
    work.set_execution_state(State.RUNNING)
    for outer in reversed(around):
        if outer.scope is None:
            work.agenda.append(("enter", outer.id))
            return
        recount(work, outer.id, main_children(work, outer.id))
        work.agenda.append(("advance", outer.id))
    work.agenda.append(("advance", None))


def _empty_directories(work: Work) -> None:
    """A directory is gone when its tasks run again, so all of them do."""
    emptied: set[str] = set()
    for run in _ordered(work):
        if run.parent_id in emptied:
            work.drop(run)
        elif run.state not in _DONE and work.task(run).type == CORE + "flow.WorkingDirectory":
            emptied.add(run.id)
            work.put(replace(run, scope=None))


def _ordered(work: Work) -> list[TaskRun]:
    return sorted(work.runs.values(), key=lambda run: run.number)


def _drop_handlers(work: Work) -> None:
    dropped: set[str | None] = set()
    for run in _ordered(work):
        if run.place is not Stage.MAIN or run.parent_id in dropped:
            dropped.add(run.id)
            work.drop(run)


def _is_flowable(work: Work, run: TaskRun) -> bool:
    return isinstance(KINDS.get(work.task(run).type), Flowable)


def _is_open_flowable(work: Work, run: TaskRun) -> bool:
    return run.scope is not None and _is_flowable(work, run)


def _reopen(work: Work, run: TaskRun) -> None:
    if not run.state.terminated or run.parent_id is None:
        return
    kind = KINDS[work.task(work.run(run.parent_id)).type]
    if isinstance(kind, Flowable):
        kind.child_reopened(work, run.parent_id, run)


def _take_in(work: Work, waiting: tuple[tuple[str, str | None], ...]) -> None:
    """Tell flowables of the ends that a crash kept from them; what is counted is counted anew anyway."""
    for step, run_id in waiting:
        run = work.runs.get(run_id) if step == "ended" and run_id is not None else None
        if run is None or run.parent_id is None or run.place is not Stage.MAIN:
            continue
        kind = KINDS[work.task(work.run(run.parent_id)).type]
        if isinstance(kind, Flowable):
            kind.child_ended(work, run.parent_id, run)


def _go_on(work: Work, run: TaskRun) -> None:
    """Let one RESTARTED run continue: a flowable with its children, a loop with its executions, others anew."""
    if _is_open_flowable(work, run):
        if run.state is not State.RUNNING:
            work.start_attempt(work.set_state(run, State.RUNNING))
        work.agenda.append(("advance", run.id))
        return
    children = getattr(run.scope.data, "running", None) if run.scope is not None else None
    if children is not None:
        _restart_loop(work, run)
        return
    child_id = _failed_child(work, run)
    if child_id is not None:
        link = run.scope.data.link if run.scope is not None else ""
        work.log("INFO", f"Restarted execution {link}", run, attempt=len(run.attempts))
        run = work.set_state(work.start_attempt(run), State.RUNNING)
        work.put(replace(run, scope=Scope(stage=Stage.DONE, data=Called(child_id, link))))
        work.effects.append(RestartExecution(child_id))
        return
    work.put(replace(run, scope=None))
    work.agenda.append(("enter" if len(run.history) > 1 else "begin", run.id))


def _failed_child(work: Work, run: TaskRun) -> str | None:
    """The execution that a Subflow has called and that is restarted with it."""
    task = work.task(run)
    if task.type != CORE + "flow.Subflow" or task.properties.get("restartBehavior") == "NEW_EXECUTION":
        return None
    if run.scope is not None and isinstance(run.scope.data, Called) and run.scope.data.link:
        return run.scope.data.execution_id
    known = run.outputs.get("executionId")
    return known if isinstance(known, str) else None


def _restart_loop(work: Work, run: TaskRun) -> None:
    assert run.scope is not None
    iterations = run.scope.data
    failed = dict(iterations.failed_executions)
    running = {**iterations.running, **failed}
    ended = {name: count for name, count in iterations.ended.items() if name in {s.value for s in _DONE}}
    data = replace(iterations, failure=None, running=running, ended=ended, failed_executions={})
    run = work.set_state(run, State.RUNNING)
    run = work.start_attempt(run)
    work.put(replace(run, scope=replace(run.scope or Scope(), data=data, stopped=False)))
    for index, name in running.items():
        work.effects.append(RestartExecution(name, loop.start_of(work, work.run(run.id), index, name)))
    if not running:
        work.agenda.append(("loop", run.id))
