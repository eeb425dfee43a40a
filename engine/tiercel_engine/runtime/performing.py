"""How each effect is performed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import anyio
import anyio.to_thread

from tiercel_engine.core import effects as wanted
from tiercel_engine.core.effects import Effect, Evaluate, Question
from tiercel_engine.core.events import (
    Evaluated,
    Event,
    ExecutionCreated,
    IterationEnded,
    KillRequested,
    ListenersJudged,
    OutputsRendered,
    SlotGranted,
    SlotRefused,
    SubflowEnded,
    SubflowRefused,
    SubflowStarted,
    TimerFired,
)
from tiercel_engine.core.records import Trigger
from tiercel_engine.core.replaying import for_extent
from tiercel_engine.core.states import State
from tiercel_engine.core.stopping import running_executions
from tiercel_engine.expressions import RenderError
from tiercel_engine.inputs import InputError, OutputError, render_outputs
from tiercel_engine.runtime import directories, flow_triggers, workers
from tiercel_engine.runtime.context import task_context
from tiercel_engine.runtime.creation import CheckError, Given, begin_execution, called_labels
from tiercel_engine.runtime.live import Caller, Live
from tiercel_engine.runtime.rendering import may_wait, render_deep
from tiercel_engine.runtime.requests import UnknownExecutionError

if TYPE_CHECKING:
    from tiercel_engine.runtime.engine import Engine


def perform(engine: Engine, live: Live, effect: Effect) -> None:
    """Do what an effect asks for, or start doing it."""
    _PERFORMERS[type(effect)](engine, live, effect)


# -- expressions


def _evaluate(engine: Engine, live: Live, effect: Evaluate) -> None:
    context = _context(engine, live, effect.task_run_id)
    if context is None:
        return
    if effect.item is not None:
        uri, index = effect.item
        context = {**context, "taskrun": {**context["taskrun"], "items": uri, "iteration": index}}
    if any(question.mode in {"rows", "lines"} or may_wait(question.template) for question in effect.questions):
        engine.group.start_soon(_evaluate_aside, engine, live, effect, context)
    else:
        _answer(engine, live, effect, _rendered(engine, live, effect.questions, context))


async def _evaluate_aside(engine: Engine, live: Live, effect: Evaluate, context: Mapping[str, Any]) -> None:
    values = await anyio.to_thread.run_sync(_rendered, engine, live, effect.questions, context)
    _answer(engine, live, effect, values)


def _answer(engine: Engine, live: Live, effect: Evaluate, values: Mapping[str, Any] | str) -> None:
    error = values if isinstance(values, str) else None
    found = {} if isinstance(values, str) else values
    engine.post(live.execution.id, Evaluated(engine.now(), effect.purpose, effect.task_run_id, found, error))


def _context(engine: Engine, live: Live, task_run_id: str | None) -> Mapping[str, Any] | None:
    if task_run_id is None:
        return engine.context_of(live)
    run = live.execution.task_runs.get(task_run_id)
    if run is None:
        return None
    return task_context(live.execution, run, live.views, engine.surroundings, live.inherited)


def _rendered(
    engine: Engine, live: Live, questions: tuple[Question, ...], context: Mapping[str, Any]
) -> Mapping[str, Any] | str:
    """The values by name, or what went wrong."""
    try:
        return {question.name: _value(engine, live, question, context) for question in questions}
    except RenderError as error:
        return error.message
    except (OSError, ValueError) as error:
        return str(error)
    except Exception as error:  # noqa: BLE001  (a fault of ours fails one task, not the whole engine)
        return f"{type(error).__name__}: {error}"


def _value(engine: Engine, live: Live, question: Question, context: Mapping[str, Any]) -> Any:
    template = question.template
    if template is None:
        return None
    if question.mode == "text":
        return live.renderer.render(template if isinstance(template, str) else str(template), context)
    if question.mode == "typed":
        return render_deep(live.renderer, template, context)
    if question.mode == "value":
        return live.renderer.render_value(_plain(template), context)
    return _records(engine, template, rows=question.mode == "rows")


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value


def _records(engine: Engine, uri: str, *, rows: bool) -> list[str]:
    from tiercel_engine.core.values import compact_json
    from tiercel_engine.storage.ion_rows import read_rows

    path = engine.surroundings.services.storage.path(uri)
    if not rows:
        return path.read_text("utf-8").splitlines()
    return [row if isinstance(row, str) else compact_json(row) for row in read_rows(path)]


def _render_outputs(engine: Engine, live: Live, _effect: wanted.RenderOutputs) -> None:
    execution = live.execution
    declared = execution.flow.outputs
    if execution.loop_run is not None:
        declared = getattr(execution.plan.tasks[execution.loop_run.task_id].task, "outputs", ())
    context = engine.context_of(live)
    try:
        found = render_outputs(declared, version=execution.flow.version, rendering=live.renderer, context=context)
    except OutputError as error:
        engine.post(execution.id, OutputsRendered(engine.now(), error=str(error)))
        return
    except Exception as error:  # noqa: BLE001  (a fault of ours fails one execution, not the whole engine)
        message = f"Failed to render output values: {type(error).__name__}: {error}"
        engine.post(execution.id, OutputsRendered(engine.now(), error=message))
        return
    engine.post(execution.id, OutputsRendered(engine.now(), found.values, warnings=found.warnings))


# -- time


def _start_timer(engine: Engine, live: Live, effect: wanted.StartTimer) -> None:
    engine.group.start_soon(_wait_for, engine, live, effect)


async def _wait_for(engine: Engine, live: Live, effect: wanted.StartTimer) -> None:
    with anyio.CancelScope() as scope:
        live.timers.add(scope)
        try:
            await anyio.sleep(max((effect.at - engine.surroundings.clock()).total_seconds(), 0))
        finally:
            live.timers.discard(scope)
        engine.post(live.execution.id, TimerFired(engine.now(), effect.purpose, effect.task_run_id, effect.round))


# -- other executions


def _start_subflow(engine: Engine, live: Live, effect: wanted.StartSubflow) -> None:
    caller = live.execution
    flow = engine.surroundings.find_flow(effect.namespace, effect.flow_id)
    if flow is None:
        where = f"'{effect.namespace}'.'{effect.flow_id}' with revision '{effect.revision or 0}'"
        _refuse(engine, live, effect, f"Unable to find flow {where}", on_task=True)
        return
    if flow.disabled:
        message = f"Cannot execute flow '{flow.namespace}'.'{flow.id}': it is disabled."
        _refuse(engine, live, effect, message, on_task=False)
        return
    task = caller.plan.tasks[caller.task_runs[effect.task_run_id].task_id].task
    try:
        beginning = begin_execution(
            flow,
            effect.execution_id,
            engine.surroundings,
            engine.now(),
            inputs=Given(effect.inputs),
            labels=called_labels(flow, effect.labels, caller.labels, effect.execution_id),
            trigger=Trigger(task.id, task.type, effect.trigger_variables),
        )
    except (InputError, CheckError) as error:
        _refuse(engine, live, effect, str(error), on_task=False)
        return
    started = SubflowStarted(engine.now(), effect.task_run_id, effect.execution_id, flow.namespace, flow.id)
    engine.post(caller.id, started)
    engine.begin(
        replace(beginning.event, depth=caller.depth + 1, schedule_date=effect.schedule_date),
        Caller(caller.id, effect.task_run_id, waits=effect.wait, batch=effect.batch),
    )


def _refuse(engine: Engine, live: Live, effect: wanted.StartSubflow, message: str, *, on_task: bool) -> None:
    engine.post(live.execution.id, SubflowRefused(engine.now(), effect.task_run_id, message, on_task))


def _start_iteration(engine: Engine, live: Live, effect: wanted.StartIteration) -> None:
    outer = live.execution
    event = ExecutionCreated(
        engine.now(),
        effect.execution_id,
        outer.flow,
        variables=outer.variables,
        labels=outer.labels,
        parent_id=outer.id,
        loop_run=effect.loop_run,
        depth=outer.depth,
        fixtures=outer.fixtures,
        breakpoints=outer.breakpoints,
        extent=outer.extent,
    )
    caller = Caller(outer.id, effect.task_run_id, effect.loop_run.index, effect.store)
    engine.begin(event, caller)


def _start_replay(engine: Engine, live: Live, effect: wanted.StartReplay) -> None:
    old = live.execution
    event = ExecutionCreated(
        engine.now(),
        effect.execution_id,
        old.flow,
        inputs=old.inputs,
        variables=dict(old.flow.variables),
        labels=tuple({**dict(old.labels), "system.replay": "true"}.items()),
        trigger=old.trigger,
        parent_id=old.id,
        original_id=old.original_id or old.id,
        loop_run=old.loop_run,
        attempt_number=effect.attempt_number,
        created_date=old.created_date,
        depth=old.depth,
        fixtures=old.fixtures,
        breakpoints=old.breakpoints,
        extent=old.extent,
        taken=for_extent(old, old.extent, old.flow, effect.execution_id) if old.took_over else (),
    )
    engine.replayed[old.id] = effect.execution_id
    engine.begin(event, live.caller)
    live.caller = None


def _stop_execution(engine: Engine, live: Live, effect: wanted.StopExecution) -> None:
    execution_id = engine.newest(effect.execution_id)
    if execution_id not in engine.lives:
        # It belongs to an earlier process: it has to be woken to say its end, or never began.
        try:
            child = engine.revived(execution_id)
        except UnknownExecutionError:
            _say_killed(engine, live, effect.execution_id)
            return
        if child.execution.sealed:
            _tell_caller(engine, child)
            return
        engine.wake(execution_id)
    engine.post(execution_id, KillRequested(engine.now()))


def _say_killed(engine: Engine, live: Live, execution_id: str) -> None:
    """Tell the task run that waits for an execution that it will never be."""
    for run in live.execution.task_runs.values():
        if execution_id not in running_executions(run):
            continue
        iterations = getattr(run.scope.data if run.scope is not None else None, "running", {})
        index = next((index for index, name in iterations.items() if name == execution_id), None)
        event: Event = SubflowEnded(engine.now(), run.id, State.KILLED, execution_id=execution_id)
        if index is not None and live.execution.plan.tasks[run.task_id].task.type.endswith(".Loop"):
            event = IterationEnded(engine.now(), run.id, execution_id, index, State.KILLED)
        engine.post(live.execution.id, event)


def _restart_execution(engine: Engine, live: Live, effect: wanted.RestartExecution) -> None:
    execution_id = engine.newest(effect.execution_id)
    try:
        child = engine.revived(execution_id)
    except UnknownExecutionError as error:
        if effect.otherwise is not None:
            perform(engine, live, effect.otherwise)
        else:
            engine.write_log(live, "ERROR", str(error))
        return
    if isinstance(effect.otherwise, wanted.StartIteration) and child.caller is not None:
        child.caller = replace(child.caller, store_outputs=effect.otherwise.store)
    if child.execution.sealed and child.execution.state in {State.SUCCESS, State.WARNING}:
        _tell_caller(engine, child)
    else:
        engine.restart(execution_id)


def _finish(engine: Engine, live: Live, _effect: wanted.Finish) -> None:
    execution = live.execution
    engine.finish(live)
    concurrency = execution.flow.concurrency
    if concurrency is not None:
        key = (execution.flow.namespace, execution.flow.id)
        engine.slots.leave_line(key, execution.id)
        if live.holds_slot:
            live.holds_slot = False
            following = engine.slots.give_back(key)
            if following is not None:
                engine.lives[following].holds_slot = True
                engine.post(following, SlotGranted(engine.now()))
    _tell_caller(engine, live)
    if live.caller is not None and engine.surroundings.history is not None:
        # The history knows it, and brings it back where it has to be restarted.
        engine.lives.pop(execution.id, None)


def _tell_caller(engine: Engine, live: Live) -> None:
    """Say the end of an execution to the task run that waits for it."""
    execution, caller = live.execution, live.caller
    if caller is None or not caller.waits or caller.execution_id not in engine.lives:
        # The last happens when a subflow's execution is restarted by itself: its caller ended in an earlier process.
        return
    if caller.loop_index is None:
        if caller.batch is not None and execution.outputs:
            _keep_batch(engine, live, caller.batch)
        engine.post(
            caller.execution_id,
            SubflowEnded(engine.now(), caller.task_run_id, execution.state, execution.outputs, execution.id),
        )
        return
    outputs = execution.outputs
    if outputs and caller.store_outputs:
        outputs = directories.store_iteration_outputs(engine, live, outputs)
    engine.post(
        caller.execution_id,
        IterationEnded(engine.now(), caller.task_run_id, execution.id, caller.loop_index, execution.state, outputs),
    )


def _keep_batch(engine: Engine, live: Live, index: int) -> None:
    from tiercel_engine.runtime.batches import keep_outputs
    from tiercel_engine.storage.layout import task_run_path

    caller = live.caller
    assert caller is not None
    outer = engine.lives[caller.execution_id].execution
    task_id = outer.task_runs[caller.task_run_id].task_id
    folder = task_run_path(outer.flow.namespace, outer.flow.id, outer.id, task_id, caller.task_run_id)
    keep_outputs(engine.surroundings.services.storage, folder, index, live.execution.outputs)


def _request_slot(engine: Engine, live: Live, _effect: wanted.RequestSlot) -> None:
    flow = live.execution.flow
    assert flow.concurrency is not None
    key = (flow.namespace, flow.id)
    if engine.slots.take(key, flow.concurrency.limit):
        live.holds_slot = True
        engine.post(live.execution.id, SlotGranted(engine.now()))
        return
    if flow.concurrency.behavior == "QUEUE":
        engine.slots.wait(key, live.execution.id)
    engine.post(live.execution.id, SlotRefused(engine.now(), flow.concurrency.behavior))


def _announce(engine: Engine, live: Live, _effect: wanted.Announce) -> None:
    flow_triggers.announce(engine, live)


def _judge_listeners(engine: Engine, live: Live, _effect: wanted.JudgeListeners) -> None:
    from tiercel_engine.triggers.flow.conditions import all_hold
    from tiercel_engine.triggers.flow.upstream import Upstream

    execution = live.execution
    warnings: list[str] = []
    upstream = Upstream(execution, engine.context_of(live), live.renderer.render, warnings.append)
    listeners = enumerate(execution.flow.listeners)
    places = tuple(place for place, each in listeners if all_hold(each.conditions, execution.flow, upstream))
    for text in warnings:
        engine.write_log(live, "WARN", text)
    engine.post(execution.id, ListenersJudged(engine.now(), places))


# -- telling


def _report(engine: Engine, live: Live, effect: wanted.Report) -> None:
    engine.emit(live, effect.kind, effect.data)


def _write_log(engine: Engine, live: Live, effect: wanted.WriteLog) -> None:
    engine.write_log(live, effect.level, effect.message, effect.task_run_id, effect.attempt)


_PERFORMERS: dict[type[Effect], Callable[[Any, Live, Any], None]] = {
    wanted.Evaluate: _evaluate,
    wanted.RenderOutputs: _render_outputs,
    wanted.StartTimer: _start_timer,
    wanted.StartSubflow: _start_subflow,
    wanted.StartIteration: _start_iteration,
    wanted.StartReplay: _start_replay,
    wanted.StopExecution: _stop_execution,
    wanted.RestartExecution: _restart_execution,
    wanted.Finish: _finish,
    wanted.Announce: _announce,
    wanted.JudgeListeners: _judge_listeners,
    wanted.RequestSlot: _request_slot,
    wanted.Report: _report,
    wanted.WriteLog: _write_log,
    wanted.StartTask: workers.start_task,
    wanted.StopTask: workers.stop_task,
    wanted.OpenDirectory: directories.open_directory,
    wanted.CloseDirectory: directories.close_directory,
}
