"""What the expressions of a past execution saw, from the events that the history keeps of it."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tiercel_engine.core.decide import decide
from tiercel_engine.core.effects import Effect, Evaluate, Report, StartIteration, StartTask
from tiercel_engine.runtime.context import Views, execution_context, task_context

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tiercel_engine.core.records import Execution
    from tiercel_engine.runtime import Surroundings
    from tiercel_engine.store import History


@dataclass(frozen=True, slots=True)
class Moment:
    """An execution at a point of its life. `inherited` is what an iteration sees of the execution around it."""

    execution: Execution
    views: Views
    inherited: Mapping[str, Any] = field(default_factory=dict)

    def context(self, surroundings: Surroundings) -> dict[str, Any]:
        """The variables outside of any task run."""
        return execution_context(self.execution, self.views, surroundings, self.inherited)

    def context_of_task(self, task_run_id: str, surroundings: Surroundings) -> dict[str, Any]:
        """The variables of a task run."""
        run = self.execution.task_runs[task_run_id]
        return task_context(self.execution, run, self.views, surroundings, self.inherited)


def end_of(history: History, execution_id: str, surroundings: Surroundings) -> Moment | None:
    """An execution after the last event that is known of it; None when there is none."""
    return _replay(history, execution_id, surroundings, lambda _moment, _effects: False)


def last_start_of(history: History, execution_id: str, task_run_id: str, surroundings: Surroundings) -> Moment | None:
    """An execution when it last began one of its task runs, or rendered for it; None when it never did."""
    found: list[Moment] = []

    def note(moment: Moment, effects: tuple[Effect, ...]) -> bool:
        if any(isinstance(each, StartTask | Evaluate) and each.task_run_id == task_run_id for each in effects):
            views = copy.copy(moment.views)
            views.outputs, views.states = dict(views.outputs), dict(views.states)
            found[:] = [Moment(moment.execution, views, moment.inherited)]
        return False

    _replay(history, execution_id, surroundings, note)
    return found[0] if found else None


def _replay(
    history: History,
    execution_id: str,
    surroundings: Surroundings,
    is_enough: Callable[[Moment, tuple[Effect, ...]], bool],
) -> Moment | None:
    moment: Moment | None = None
    for event in history.events(execution_id):
        execution, effects = decide(moment.execution if moment is not None else None, event)
        moment = _begun(history, execution, surroundings) if moment is None else _with(moment, execution)
        _take_in(moment, effects)
        if is_enough(moment, effects):
            break
    return moment


def _with(moment: Moment, execution: Execution) -> Moment:
    return Moment(execution, moment.views, moment.inherited)


def _begun(history: History, execution: Execution, surroundings: Surroundings) -> Moment:
    """An iteration begins with the outputs of the execution around it, as they were when it was asked for."""
    outer: Moment | None = None
    if execution.loop_run is not None and execution.parent_id is not None:

        def asked_for(_: Moment, effects: tuple[Effect, ...]) -> bool:
            return any(isinstance(each, StartIteration) and each.execution_id == execution.id for each in effects)

        outer = _replay(history, execution.parent_id, surroundings, asked_for)
    if outer is None:
        return Moment(execution, Views(execution.flow.version, {}))
    seen = outer.context(surroundings)
    inherited: dict[str, Any] = {name: seen[name] for name in ("inputs", "trigger") if name in seen}
    return Moment(execution, Views(execution.flow.version, outer.views.outputs), inherited)


def _take_in(moment: Moment, effects: tuple[Effect, ...]) -> None:
    for effect in effects:
        if not isinstance(effect, Report) or not effect.kind.startswith("taskrun."):
            continue
        if effect.kind == "taskrun.removed":
            moment.views.forget(effect.data["taskId"])
        elif (run := moment.execution.task_runs.get(effect.data["taskRunId"])) is not None:
            moment.views.note(moment.execution, run)
