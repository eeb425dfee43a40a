"""Executions that a process left behind, taken up again by the one that comes after it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tiercel_engine.core.events import SlotGranted
from tiercel_engine.core.records import Execution
from tiercel_engine.core.states import State
from tiercel_engine.runtime.live import Caller, Live
from tiercel_engine.runtime.requests import UnknownExecutionError

if TYPE_CHECKING:
    from tiercel_engine.runtime.engine import Engine

_WAITING = frozenset({State.PAUSED, State.CREATED, State.BREAKPOINT})


def continue_left_behind(engine: Engine, execution_ids: Iterable[str]) -> list[str]:
    """Let executions of an earlier process go on here; gives the ids of those that were taken up, in order.

    What was at work when that process ended runs again, as with a restart; what waited waits on, for a person, a
    date or its turn. Those that another one waits for are taken up by that one.
    """
    lives = _known(engine, execution_ids)
    taken = [name for name, live in lives.items() if not _is_awaited(live.caller, lives)]
    for name in taken:
        live = lives[name]
        _go_on(engine, live.execution, live)
    return taken


def _known(engine: Engine, execution_ids: Iterable[str]) -> dict[str, Live]:
    found: dict[str, Live] = {}
    for name in execution_ids:
        try:
            live = engine.revived(name)
        except UnknownExecutionError:
            continue
        if not live.execution.sealed:
            found[name] = live
    return found


def _is_awaited(caller: Caller | None, lives: dict[str, Live]) -> bool:
    return caller is not None and caller.execution_id in lives


def _go_on(engine: Engine, execution: Execution, live: Live) -> None:
    if execution.killing:
        engine.wake(execution.id)
        engine.kill(execution.id)
    elif execution.state is State.QUEUED:
        if _has_place(engine, execution):
            live.holds_slot = True
            engine.post(execution.id, SlotGranted(engine.now()))
    elif execution.state in _WAITING and not execution.busy:
        engine.wake(execution.id)
    else:
        live.holds_slot = _has_place(engine, execution)
        engine.restart(execution.id)


def _has_place(engine: Engine, execution: Execution) -> bool:
    """Take one of the flow's places, or stand in line for one."""
    concurrency = execution.flow.concurrency
    if concurrency is None:
        return False
    key = (execution.flow.namespace, execution.flow.id)
    if engine.slots.take(key, concurrency.limit):
        return True
    if execution.state is State.QUEUED:
        engine.slots.wait(key, execution.id)
    return False
