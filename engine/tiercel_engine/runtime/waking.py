"""What an execution of an earlier process still waited for when that process ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiercel_engine.core.decide import decide
from tiercel_engine.core.effects import Effect, Evaluate, RenderOutputs, StartTimer
from tiercel_engine.core.events import Evaluated, Event, OutputsRendered, TimerFired, Together
from tiercel_engine.core.records import Execution
from tiercel_engine.runtime.performing import perform

if TYPE_CHECKING:
    from tiercel_engine.runtime.engine import Engine


def wake(engine: Engine, execution_id: str) -> None:
    """Set the timers again that have not fired, and ask again what was not answered. Nothing that ran runs again."""
    history = engine.surroundings.history
    if history is None:
        return
    waiting: list[Effect] = []
    execution: Execution | None = None
    for event in history.events(execution_id):
        for each in event.events if isinstance(event, Together) else (event,):
            _settle(waiting, each)
        execution, effects = decide(execution, event)
        waiting += [effect for effect in effects if isinstance(effect, Evaluate | RenderOutputs | StartTimer)]
    live = engine.lives[execution_id]
    for effect in waiting:
        perform(engine, live, effect)


def _settle(waiting: list[Effect], event: Event) -> None:
    found = next((effect for effect in waiting if _answers(event, effect)), None)
    if found is not None:
        waiting.remove(found)


def _answers(event: Event, effect: Effect) -> bool:
    if isinstance(effect, RenderOutputs):
        return isinstance(event, OutputsRendered)
    if isinstance(effect, Evaluate) and isinstance(event, Evaluated):
        return (event.purpose, event.task_run_id) == (effect.purpose, effect.task_run_id)
    if isinstance(effect, StartTimer) and isinstance(event, TimerFired):
        asked = (effect.purpose, effect.task_run_id, effect.round)
        return asked == (event.purpose, event.task_run_id, event.round)
    return False
