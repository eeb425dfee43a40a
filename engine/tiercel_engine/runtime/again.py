"""Executions of the history taken up again in this process: restarted, replayed, resumed, killed, put right by hand."""

from __future__ import annotations

from collections.abc import Callable

from tiercel_engine.core.records import Execution
from tiercel_engine.core.states import State
from tiercel_engine.runtime import starting
from tiercel_engine.runtime.engine import Engine
from tiercel_engine.runtime.request import OnEvent, Surroundings, ignore
from tiercel_engine.runtime.requests import Resume
from tiercel_engine.runtime.running import OnStarted, interruptible, to_the_end
from tiercel_engine.runtime.starting import Replay
from tiercel_schemas.model import Flow

_WAITING = frozenset({State.PAUSED, State.CREATED, State.BREAKPOINT})


class NotPossibleError(Exception):
    """What is asked for does not fit the execution's state; the text says why."""


Act = Callable[[Engine], str]
"""Does something to an execution of the engine; gives the id of the one to follow."""


async def _follow(act: Act, surroundings: Surroundings, on_event: OnEvent, on_started: OnStarted | None) -> Execution:
    async with Engine(surroundings, on_event) as engine:
        return await to_the_end(engine, act(engine), on_started)


def _followed(act: Act, surroundings: Surroundings, on_event: OnEvent) -> Execution:
    return interruptible(on_event, lambda tell, on_started: _follow(act, surroundings, tell, on_started))


def _restart(execution_id: str, flow: Flow | None) -> Act:
    def act(engine: Engine) -> str:
        if flow is not None:
            return starting.restart_as_new(engine, engine.known(execution_id), flow)
        engine.restart(execution_id)
        return execution_id

    return act


async def restart_flow_async(
    execution_id: str,
    surroundings: Surroundings,
    on_event: OnEvent = ignore,
    on_started: OnStarted | None = None,
    flow: Flow | None = None,
) -> Execution:
    """Restart an execution of the history and run it to its end; raises `UnknownExecutionError`.

    With a `flow`, another revision, a new execution goes on from what has succeeded in the old one. One that ended in
    SUCCESS or WARNING must not be given: nothing of it runs again, so it has no new end.
    """
    return await _follow(_restart(execution_id, flow), surroundings, on_event, on_started)


def restart_flow(
    execution_id: str, surroundings: Surroundings, on_event: OnEvent = ignore, flow: Flow | None = None
) -> Execution:
    """As `restart_flow_async`, from code that is not async, interrupted as `run_flow`.

    Raises `KeyboardInterrupt` after the second Ctrl-C, and `UnknownExecutionError`.
    """
    return _followed(_restart(execution_id, flow), surroundings, on_event)


def replay_flow(
    execution_id: str, surroundings: Surroundings, on_event: OnEvent = ignore, replay: Replay | None = None
) -> Execution:
    """Run a terminated execution of the history again, as a new one, to its end; interrupted as `run_flow`.

    Raises `UnknownExecutionError`, `NotPossibleError`, `NoSuchTaskError`, `InputError` and `CheckError`.
    """

    def act(engine: Engine) -> str:
        old = engine.known(execution_id)
        if not old.state.terminated:
            raise NotPossibleError(f"execution {old.id} is {old.state}: only one that has ended can be replayed")
        if old.loop_run is not None:
            raise NotPossibleError(f"{old.id} is an iteration of a Loop in execution {old.parent_id}: replay that one")
        return starting.replay(engine, old, replay or Replay())

    return _followed(act, surroundings, on_event)


def resume_flow(
    execution_id: str, surroundings: Surroundings, on_event: OnEvent = ignore, resume: Resume | None = None
) -> Execution:
    """Let an execution that waits, and whose process is gone, go on here to its end; interrupted as `run_flow`.

    One that is PAUSED is resumed, one at a BREAKPOINT goes on, one for which it was not time yet waits again. One at
    work in another process is asked with `requests.ask`. Raises `UnknownExecutionError`, `NotPossibleError` and
    `InputError`.
    """
    wanted = resume or Resume()

    def act(engine: Engine) -> str:
        old = engine.known(execution_id)
        if old.state not in _WAITING or old.sealed:
            raise NotPossibleError(f"execution {old.id} is {old.state}: it does not wait for anybody")
        if old.busy:
            raise NotPossibleError(f"execution {old.id} was cut off while tasks ran beside its pause: restart it")
        engine.wake(execution_id)
        if old.state is State.PAUSED:
            engine.resume(execution_id, wanted.inputs, wanted.to, wanted.by)
        elif old.state is State.BREAKPOINT:
            engine.go_on(execution_id)
        return execution_id

    return _followed(act, surroundings, on_event)


def kill_flow(execution_id: str, surroundings: Surroundings, on_event: OnEvent = ignore) -> Execution:
    """Let an execution that was cut off end as KILLED; raises `UnknownExecutionError` and `NotPossibleError`."""

    def act(engine: Engine) -> str:
        old = engine.known(execution_id)
        if old.sealed:
            raise NotPossibleError(f"execution {old.id} has ended in {old.state}")
        engine.wake(execution_id)
        engine.kill(execution_id)
        return execution_id

    return _followed(act, surroundings, on_event)


def change_task_run(
    execution_id: str, task_run_id: str, state: State, surroundings: Surroundings, on_event: OnEvent = ignore
) -> Execution:
    """Give a task run of a terminated execution another end state, and run from there to the end.

    Raises `UnknownExecutionError` and `NotPossibleError`.
    """

    def act(engine: Engine) -> str:
        old = engine.known(execution_id)
        run = old.task_runs.get(task_run_id)
        if run is None:
            raise NotPossibleError(f"execution {old.id} has no task run {task_run_id}")
        if not old.sealed or not run.state.terminated:
            raise NotPossibleError(f"execution {old.id} is {old.state}: only one that has ended can be put right")
        if not state.terminated:
            raise NotPossibleError(f"a task run can't be put to {state}: it has to be an end")
        if run.place != "MAIN":
            raise NotPossibleError(f"task '{run.task_id}' handles an error or an end: its state decides nothing")
        engine.change_task_run(execution_id, task_run_id, state)
        return execution_id

    return _followed(act, surroundings, on_event)
