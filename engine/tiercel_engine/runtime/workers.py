"""Leaf tasks at work: one coroutine per attempt, as many at once as the limit lets."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio
import anyio.lowlevel

from tiercel_engine.core.effects import StartTask, StopTask
from tiercel_engine.core.events import TaskEnded, TaskStarted
from tiercel_engine.core.records import TaskRun
from tiercel_engine.core.states import State
from tiercel_engine.expressions import RenderError
from tiercel_engine.runtime import caching
from tiercel_engine.runtime.context import task_context
from tiercel_engine.runtime.directories import Directory, shared_directory
from tiercel_engine.runtime.live import Live
from tiercel_engine.runtime.rendering import TaskRendering
from tiercel_engine.tasks.api import LogLevel, MetricKind, TaskContext, TaskFailure, find_task_type
from tiercel_schemas.model.durations import parse_duration

if TYPE_CHECKING:
    from tiercel_engine.runtime.engine import Engine

_LEVELS = ("TRACE", "DEBUG", "INFO", "WARN", "ERROR")


@dataclass(slots=True)
class RunSink:
    """Tells the logs and metrics of an attempt, and gathers its outputs."""

    engine: Engine
    live: Live
    task_run_id: str
    attempt: int
    least: str | None
    gathered: dict[str, Any] = field(default_factory=dict)
    closed: bool = False

    def log(self, level: LogLevel, message: str) -> None:
        """Tell one log entry, if it is not below the task's `logLevel`."""
        if self.closed or (self.least is not None and _LEVELS.index(level) < _LEVELS.index(self.least)):
            return
        self.engine.write_log(self.live, level, message, self.task_run_id, self.attempt)

    def metric(
        self, kind: MetricKind, name: str, value: float | timedelta, tags: Mapping[str, str] | None = None
    ) -> None:
        """Tell one measure."""
        if self.closed:
            return
        run = self.live.execution.task_runs.get(self.task_run_id)
        seconds = value.total_seconds() if isinstance(value, timedelta) else float(value)
        data = {
            "taskRunId": self.task_run_id,
            "taskId": run.task_id if run is not None else "",
            "name": name,
            "type": kind,
            "value": seconds,
            "tags": dict(tags or {}),
        }
        self.engine.emit(self.live, "metric", data)

    def outputs(self, values: Mapping[str, Any]) -> None:
        """Keep outputs, whatever becomes of the attempt."""
        self.gathered.update(values)


@dataclass(frozen=True, slots=True)
class Ending:
    """How an attempt ended."""

    state: State
    outputs: Mapping[str, Any]
    message: str | None = None
    cached: bool = False


def start_task(engine: Engine, live: Live, effect: StartTask) -> None:
    """Start the coroutine of an attempt."""
    scope = anyio.CancelScope()
    live.tasks[effect.task_run_id] = scope
    live.stopped.pop(effect.task_run_id, None)
    engine.group.start_soon(_run, engine, live, effect, scope)


def stop_task(engine: Engine, live: Live, effect: StopTask) -> None:
    """Interrupt an attempt; one that an earlier process was cut off in is over already."""
    scope = live.tasks.get(effect.task_run_id)
    if scope is not None:
        live.stopped[effect.task_run_id] = effect.awaited
        scope.cancel()
    elif effect.awaited:
        engine.post_soon(live.execution.id, TaskEnded(engine.now(), effect.task_run_id, State.KILLED))


async def _run(engine: Engine, live: Live, effect: StartTask, scope: anyio.CancelScope) -> None:
    run_id = effect.task_run_id
    ending: Ending | None = None
    with scope:
        async with engine.limiter:
            engine.post(live.execution.id, TaskStarted(engine.now(), run_id))
            await anyio.lowlevel.checkpoint()
            ending = await _attempt(engine, live, effect)
            # Rendering keeps the loop busy: a kill that was asked for meanwhile comes before this end.
            engine.take_kills()
    if live.tasks.get(run_id) is scope:
        del live.tasks[run_id]
    if ending is None:
        if not live.stopped.pop(run_id, False):
            return
        ending = Ending(State.KILLED, {})
    elif run_id in live.stopped and live.stopped.pop(run_id):
        ending = Ending(State.KILLED, ending.outputs, ending.message)
    outputs = {key: value for key, value in ending.outputs.items() if value is not None}
    engine.post_soon(
        live.execution.id,
        TaskEnded(engine.now(), run_id, ending.state, outputs, ending.message, ending.cached),
    )


async def _attempt(engine: Engine, live: Live, effect: StartTask) -> Ending | None:
    """The end of an attempt, None when it was interrupted."""
    run = live.execution.task_runs[effect.task_run_id]
    task = live.execution.plan.tasks[run.task_id].task
    sink = RunSink(engine, live, run.id, effect.attempt, task.log_level)
    directory = shared_directory(live, effect.directory_of) or Directory()
    ending: Ending | None = None
    try:
        context = task_context_of(engine, live, run, effect.attempt, sink, directory)
        ending = await _limited(context, sink)
    except (TaskFailure, RenderError) as error:
        ending = _failure(sink, error.message, logged=getattr(error, "logged", False))
    except Exception as error:  # noqa: BLE001  (whatever a task throws is its failure)
        ending = _failure(sink, str(error) or type(error).__name__, logged=False)
    finally:
        sink.closed = True
        with anyio.CancelScope(shield=True):
            await directory.remove_own()
    return ending


def _failure(sink: RunSink, message: str, *, logged: bool) -> Ending:
    if not logged:
        sink.log("ERROR", message)
    return Ending(State.FAILED, sink.gathered, message)


async def _limited(context: TaskContext, sink: RunSink) -> Ending:
    """Run within the task's timeout."""
    timeout = context.task.timeout
    if timeout is None:
        return await _cached(context, sink)
    try:
        limit = parse_duration(await context.render(timeout))
    except ValueError as error:
        raise TaskFailure(str(error)) from error
    ending: Ending | None = None
    with anyio.move_on_after(max(limit.total_seconds(), 0)):
        ending = await _cached(context, sink)
    return ending or _failure(sink, f"Timeout after {_clock(limit)}", logged=False)


def _clock(limit: timedelta) -> str:
    millis = round(limit / timedelta(milliseconds=1))
    seconds, millis = divmod(millis, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{seconds:02d}.{millis:03d}"


async def _cached(context: TaskContext, sink: RunSink) -> Ending:
    """Take the outputs from the task cache, or run and fill it."""
    entry = await caching.entry_of(context)
    if entry is None:
        return await _execute(context, sink)
    if (known := await entry.outputs()) is not None:
        message = f"Skipping task execution for task '{context.task.id}' as there is an existing cache entry for it"
        sink.log("INFO", message)
        return Ending(State.SUCCESS, known, cached=True)
    ending = await _execute(context, sink)
    if ending.state in {State.SUCCESS, State.WARNING}:
        await entry.keep(ending.outputs)
        sink.log("INFO", f"Uploading a cache entry for task '{context.task.id}'")
    return ending


async def _execute(context: TaskContext, sink: RunSink) -> Ending:
    if "$" in context.task.type:
        importlib.import_module("tiercel_engine.runtime.batches")
    found = find_task_type(context.task.type)
    if found is None:
        raise TaskFailure(f"Invalid type: {context.task.type}")
    try:
        result = await found().run(context)
    except TaskFailure as error:
        sink.outputs(error.outputs)
        raise
    return Ending(result.state or State.SUCCESS, {**sink.gathered, **result.outputs})


def task_context_of(
    engine: Engine, live: Live, run: TaskRun, attempt: int, sink: RunSink, directory: Directory
) -> TaskContext:
    """What a leaf task is given."""
    execution = live.execution
    variables = task_context(execution, run, live.views, engine.surroundings, live.inherited)

    async def working_directory() -> Path:
        return await directory.path()

    return TaskContext(
        task=execution.plan.tasks[run.task_id].task,
        version=execution.flow.version,
        namespace=execution.flow.namespace,
        flow_id=execution.flow.id,
        execution_id=execution.id,
        task_run_id=run.id,
        attempt=attempt,
        variables=variables,
        services=engine.surroundings.services,
        rendering=TaskRendering(live.renderer, variables),
        sink=sink,
        open_working_directory=working_directory,
    )
