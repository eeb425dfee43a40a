"""Pause: waits for a person, or for a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from tiercel_engine.core.effects import Question, StartTimer
from tiercel_engine.core.endings import allowed, fail_before_running, finish_running, start_running
from tiercel_engine.core.events import Evaluated, TimerFired
from tiercel_engine.core.flowables.base import CORE, Flowable, kind
from tiercel_engine.core.killing import stop_scopes
from tiercel_engine.core.records import Scope, TaskRun
from tiercel_engine.core.states import State
from tiercel_engine.core.work import Work
from tiercel_schemas.model import flowables as model
from tiercel_schemas.model.durations import parse_duration
from tiercel_schemas.versions import KestraVersion

_BEHAVIORS = {
    "RESUME": State.SUCCESS,
    "WARN": State.WARNING,
    "FAIL": State.FAILED,
    "CANCEL": State.CANCELLED,
}


@kind("flow.Pause")
class Pause(Flowable):
    """PAUSED until resumed, or until its duration has passed."""

    def enter(self, work: Work, run: TaskRun) -> None:
        """Ask how long."""
        task = work.task(run)
        assert isinstance(task, model.Pause)
        duration = task.pause_duration if task.pause_duration is not None else task.delay
        work.ask(
            "enter",
            run,
            Question("duration", duration, "typed"),
            Question("timeout", task.timeout, "typed"),
            Question("behavior", task.behavior),
        )

    def answered(self, work: Work, run: TaskRun, event: Evaluated) -> None:
        """Pause."""
        if event.error is not None:
            fail_before_running(work, run, event.error)
            return
        try:
            duration = _as_duration(event.values["duration"])
            timeout = _as_duration(event.values["timeout"])
        except ValueError as error:
            fail_before_running(work, run, str(error))
            return
        task = work.task(run)
        assert isinstance(task, model.Pause)
        if task.on_pause is not None and not task.on_pause.disabled:
            work.create_run(task.on_pause.id, None, None)
        run = start_running(work, run)
        run = work.set_state(run, State.PAUSED)
        if duration is not None and duration > timedelta(0):
            behavior = _BEHAVIORS.get(str(event.values["behavior"]).upper(), State.SUCCESS)
            work.put(replace(run, scope=Scope(data=behavior)))
            work.effects.append(StartTimer("pause", run.id, work.time + duration))
        if timeout is not None:
            work.effects.append(StartTimer("timeout", run.id, work.time + timeout))

    def timed(self, work: Work, run: TaskRun, event: TimerFired) -> None:
        """The duration or the timeout has passed."""
        if run.state is not State.PAUSED:
            return
        to = State.FAILED
        if event.purpose == "pause" and run.scope is not None:
            to = run.scope.data
        leave(work, run, to, to, {})


def resume(work: Work, inputs: Mapping[str, Any], to: State, by: str | None) -> None:
    """Let the first paused Pause go on; 2.0 does so as SUCCESS, whatever was asked for."""
    paused = [run for run in work.runs.values() if run.state is State.PAUSED and _is_pause(work, run)]
    if not paused:
        return
    run = min(paused, key=lambda run: run.number)
    state = State.SUCCESS if work.version is KestraVersion.V2_0 else to
    outputs: dict[str, Any] = {"onResume": dict(inputs)} if inputs else {}
    leave(work, run, state, to, outputs, by)


def _is_pause(work: Work, run: TaskRun) -> bool:
    return work.task(run).type == CORE + "flow.Pause"


def leave(work: Work, run: TaskRun, state: State, to: State, outputs: Mapping[str, Any], by: str | None = None) -> None:
    """End the pause with a state; CANCELLED ends the execution with it."""
    resumed = {"on": work.time.strftime("%Y-%m-%dT%H:%M:%S.%fZ"), "to": to.value}
    if by is not None:
        resumed["by"] = by
    run = work.set_outputs(run, {**outputs, "resumed": resumed})
    work.change(attempt_number=work.execution.attempt_number + 1)
    if state is State.CANCELLED:
        finish_running(work, run, state)
        work.set_execution_state(state)
        work.change(exit_state=state, violated=True)
        stop_scopes(work)
        return
    if work.state is State.PAUSED:
        work.set_execution_state(State.RESTARTED)
        work.set_execution_state(State.RUNNING)
    if state is State.SUCCESS and work.list_named(run.id, "tasks"):
        run = work.set_state(run, State.RUNNING)
        work.set_scope(run.id, Scope())
        work.agenda.append(("advance", run.id))
        return
    finish_running(work, run, state if state is State.FAILED else allowed(work.task(run), state))


def _as_duration(value: Any) -> timedelta | None:
    if value is None or value == "":
        return None
    if isinstance(value, timedelta):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return timedelta(seconds=value)
    return parse_duration(str(value))
