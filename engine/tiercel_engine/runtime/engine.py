"""The engine: performs what the core decides, for many executions at once."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import anyio
import anyio.abc

from tiercel_engine.core.api_shape import execution_json, iso
from tiercel_engine.core.decide import decide
from tiercel_engine.core.effects import Effect, Report
from tiercel_engine.core.events import (
    ContinueRequested,
    Event,
    ExecutionCreated,
    ForceRunRequested,
    KillRequested,
    RestartRequested,
    ResumeRequested,
    TaskRunChangeRequested,
    Together,
    UnqueueRequested,
)
from tiercel_engine.core.records import Execution, Trigger
from tiercel_engine.core.states import State
from tiercel_engine.core.wishes import Breakpoint
from tiercel_engine.expressions import Renderer
from tiercel_engine.inputs import resolve_inputs
from tiercel_engine.runtime import starting, waking
from tiercel_engine.runtime.context import Views, default_inputs, error_entry, execution_context, state_around
from tiercel_engine.runtime.directories import remove_left
from tiercel_engine.runtime.jsonable import jsonable
from tiercel_engine.runtime.live import Caller, Live
from tiercel_engine.runtime.performing import perform
from tiercel_engine.runtime.rendering import ExecutionServices
from tiercel_engine.runtime.request import OnEvent, RunRequest, Surroundings, ignore
from tiercel_engine.runtime.requests import UnknownExecutionError, listen
from tiercel_engine.runtime.slots import Slots
from tiercel_engine.storage import Reader
from tiercel_engine.store.history import History
from tiercel_schemas.model import Flow
from tiercel_schemas.model.flowables import Pause

if TYPE_CHECKING:
    from tiercel_engine.triggers.flow import Listening

COMMIT_DELAY = 0.05
"""Seconds in which logs are gathered before they are written, unless something is decided sooner."""


class Engine:
    """Runs executions. Use as an async context manager; on leaving, all that runs is cancelled.

    Everything happens on one event loop: events are decided one by one, effects start coroutines, and their ends
    are new events. `on_event` is called on the loop with each line of the event stream.
    """

    def __init__(self, surroundings: Surroundings, on_event: OnEvent = ignore) -> None:
        self.surroundings = surroundings
        self.limiter = anyio.CapacityLimiter(max(surroundings.max_parallel, 1))
        self.slots = Slots()
        self.listening: Listening | None = None
        """What flows that listen have heard; made when the first of them is asked."""
        self.lives: dict[str, Live] = {}
        self.replayed: dict[str, str] = {}
        """Executions that a retry has replaced, and by which."""
        self._on_event = on_event
        self._waiting: deque[tuple[str, Event]] = deque()
        self._arrivals: dict[str, list[Event]] = {}
        self._kills: deque[str] = deque()
        self._pumping = False
        self._committing = False
        self._last = datetime.min.replace(tzinfo=UTC)
        self._stack = AsyncExitStack()
        self._group: anyio.abc.TaskGroup | None = None

    async def __aenter__(self) -> Self:
        self._group = await self._stack.enter_async_context(anyio.create_task_group())
        if self.surroundings.history is not None:
            self._group.start_soon(listen, self, self.surroundings.history)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool | None:
        self.group.cancel_scope.cancel()
        done = await self._stack.__aexit__(kind, error, traceback)
        for live in self.lives.values():
            remove_left(live)
        if self.surroundings.history is not None:
            self.surroundings.history.commit()
        return done

    @property
    def group(self) -> anyio.abc.TaskGroup:
        """Where coroutines are started; only inside of the context manager."""
        if self._group is None:
            raise RuntimeError("the engine is used outside of its context manager")
        return self._group

    def now(self) -> datetime:
        """The time, never twice the same and never backwards."""
        now = self.surroundings.clock()
        if now <= self._last:
            now = self._last + timedelta(microseconds=1)
        self._last = now
        return now

    # -- what callers do

    def start(
        self,
        flow: Flow,
        inputs: Mapping[str, Any] | None = None,
        labels: Mapping[str, str] | None = None,
        trigger: Trigger | None = None,
    ) -> str:
        """Create an execution and let it run; returns its id. Raises `InputError` and `CheckError`."""
        return self.start_request(RunRequest(flow, self.surroundings, inputs or {}, labels or {}, trigger))

    def start_request(self, request: RunRequest) -> str:
        """As `start`, with all that a request may ask for; raises what `starting.start` does."""
        return starting.start(self, request)

    def kill(self, execution_id: str) -> None:
        """Stop an execution; raises `UnknownExecutionError`."""
        self._live(execution_id)
        self.post(execution_id, KillRequested(self.now()))

    def kill_soon(self, execution_id: str) -> None:
        """Stop an execution before anything else is decided; may be called while a signal arrives."""
        self._kills.append(execution_id)

    def take_kills(self) -> None:
        """Stop what `kill_soon` was told, if it is still at work."""
        while self._kills:
            live = self.lives.get(self._kills.popleft())
            if live is not None and not live.finished.is_set():
                self.kill(live.execution.id)

    def resume(
        self,
        execution_id: str,
        inputs: Mapping[str, Any] | None = None,
        to: State = State.SUCCESS,
        by: str | None = None,
    ) -> None:
        """Let a paused execution go on; raises `InputError` for wrong inputs of `onResume`."""
        live = self._live(execution_id)
        given = dict(inputs or {})
        pause = _paused_task(live.execution)
        if pause is not None and pause.on_resume and given:
            resolved = resolve_inputs(
                pause.on_resume,
                given,
                version=live.execution.flow.version,
                rendering=live.renderer,
                context=self.context_of(live),
            )
            self.surroundings.services.masker.add(*resolved.secrets)
            given = {name: value for name, value in resolved.values.items() if value is not None}
        self.post(execution_id, ResumeRequested(self.now(), given, to, by))

    def restart(self, execution_id: str) -> None:
        """Run what failed, or was cut off, again; an execution of an earlier process comes from the history."""
        self._take_up(execution_id, RestartRequested(self.now()))

    def change_task_run(self, execution_id: str, task_run_id: str, state: State) -> None:
        """Give a task run of a terminated execution another end, and let the execution go on from there.

        Raises `UnknownExecutionError`; a task run or a state that can't be changed so changes nothing.
        """
        self._take_up(execution_id, TaskRunChangeRequested(self.now(), task_run_id, state))

    def _take_up(self, execution_id: str, event: Event) -> None:
        live = self.revived(execution_id)
        live.finished = anyio.Event()
        self.post(execution_id, event)

    def known(self, execution_id: str) -> Execution:
        """An execution at work, or one of the history; raises `UnknownExecutionError`."""
        return self.revived(execution_id).execution

    def force_run(self, execution_id: str) -> None:
        """Let an execution run, whatever it waits for; raises `UnknownExecutionError`."""
        self._leave_line(execution_id)
        self.post(execution_id, ForceRunRequested(self.now()))

    def unqueue(self, execution_id: str, to: State = State.RUNNING) -> None:
        """Take an execution out of the queue; raises `UnknownExecutionError`."""
        self._leave_line(execution_id)
        self.post(execution_id, UnqueueRequested(self.now(), to))

    def _leave_line(self, execution_id: str) -> None:
        flow = self._live(execution_id).execution.flow
        self.slots.leave_line((flow.namespace, flow.id), execution_id)

    def go_on(self, execution_id: str, breakpoints: tuple[Breakpoint, ...] | None = None) -> None:
        """Let an execution leave its breakpoint, with other ones if given; raises `UnknownExecutionError`."""
        self._live(execution_id)
        self.post(execution_id, ContinueRequested(self.now(), breakpoints))

    def wake(self, execution_id: str) -> None:
        """Let an execution of an earlier process wait here as it did there; raises `UnknownExecutionError`."""
        self.revived(execution_id)
        waking.wake(self, execution_id)

    def forget(self, execution_id: str) -> None:
        """Keep an execution that has finished no longer in memory: the history knows it, if there is one."""
        live = self.lives.get(execution_id)
        if live is not None and live.finished.is_set():
            del self.lives[execution_id]

    async def wait(self, execution_id: str) -> Execution:
        """The execution once it has finished."""
        live = self._live(execution_id)
        await live.finished.wait()
        return live.execution

    async def wait_all(self) -> None:
        """Until every execution has finished, those that were started meanwhile too."""
        while open_lives := [live for live in self.lives.values() if not live.finished.is_set()]:
            await open_lives[0].finished.wait()

    # -- events

    def begin(self, event: ExecutionCreated, caller: Caller | None = None) -> Live:
        """Make an execution live and let it begin."""
        live = self._new_live(event.flow, event.parent_id if event.loop_run is not None else None, caller)
        self.lives[event.execution_id] = live
        self.post(event.execution_id, event)
        return live

    def post(self, execution_id: str, event: Event) -> None:
        """Have an event decided, now or as soon as those before it are."""
        self.take_kills()
        self._waiting.append((execution_id, event))
        if self._pumping:
            return
        self._pumping = True
        try:
            while self._waiting:
                self._decide(*self._waiting.popleft())
        finally:
            self._pumping = False
        if self.surroundings.history is not None:
            self.surroundings.history.commit()

    def post_soon(self, execution_id: str, event: Event) -> None:
        """Have an event decided with all others of the same turn of the loop, before anything follows from them."""
        if not self._arrivals:
            self.group.start_soon(self._take_arrivals)
        self._arrivals.setdefault(execution_id, []).append(event)

    async def _take_arrivals(self) -> None:
        arrivals, self._arrivals = self._arrivals, {}
        for execution_id, events in arrivals.items():
            event = events[0] if len(events) == 1 else Together(self.now(), tuple(events))
            self.post(execution_id, event)

    def _decide(self, execution_id: str, event: Event) -> None:
        live = self.lives.get(execution_id)
        if live is None:
            return  # It has ended, and only the history knows it now.
        before = None if isinstance(event, ExecutionCreated) else live.execution
        live.execution, effects = decide(before, event)
        history = self.surroundings.history
        if history is not None:
            history.append(live.execution, event)
            if before is None:
                history.keep_labels(live.execution)
        self._note(live, effects)
        for effect in effects:
            perform(self, live, effect)

    def _note(self, live: Live, effects: tuple[Effect, ...]) -> None:
        """Keep the views of expressions up to date before anything is rendered."""
        runs = live.execution.task_runs
        for effect in effects:
            if not isinstance(effect, Report) or not effect.kind.startswith("taskrun."):
                continue
            if effect.kind == "taskrun.removed":
                live.views.forget(effect.data["taskId"])
            elif (run := runs.get(effect.data["taskRunId"])) is not None:
                live.views.note(live.execution, run)

    # -- telling

    def emit(self, live: Live | None, kind: str, data: Mapping[str, Any]) -> None:
        """Tell one line of the event stream, without secrets."""
        line: dict[str, Any] = {
            "event": kind,
            "time": iso(self.now()),
            "executionId": live.execution.id if live is not None else None,
        }
        line.update(jsonable(data))
        line = self.surroundings.services.masker.data(line)
        history = self.surroundings.history
        ending: str | None = None
        if history is not None and live is not None:
            if kind in {"log", "metric"}:
                ending = history.keep_line(live.execution.id, line)
                self._commit_soon(history)
            elif kind == "execution.labels":
                history.keep_labels(live.execution)
        self._on_event(line)
        if ending is not None:
            self.emit(live, "notice", {"level": "WARN", "code": "history-bound", "message": ending})

    def _commit_soon(self, history: History) -> None:
        # What a task tells while it works must not wait for its end: others may follow it, and want to write too.
        if not self._committing:
            self._committing = True
            self.group.start_soon(self._commit_later, history)

    async def _commit_later(self, history: History) -> None:
        try:
            await anyio.sleep(COMMIT_DELAY)
        finally:
            self._committing = False
            history.commit()

    def write_log(self, live: Live, level: str, message: str, task_run_id: str | None = None, attempt: int = 0) -> None:
        """Tell a log entry of an execution or of one of its task runs."""
        data: dict[str, Any] = {"level": level, "message": message}
        if task_run_id is not None and (run := live.execution.task_runs.get(task_run_id)) is not None:
            data = {"taskRunId": task_run_id, "taskId": run.task_id, "attempt": attempt, **data}
        if level == "ERROR":
            live.note_error(error_entry(live.execution, data, iso(self.now())))
        self.emit(live, "log", data)

    def finish(self, live: Live) -> None:
        """Tell the end of an execution and let go of what it held."""
        for scope in tuple(live.timers):
            scope.cancel()
        remove_left(live)
        self.emit(
            live,
            "execution.finished",
            {"state": live.execution.state.value, "execution": execution_json(live.execution)},
        )
        live.finished.set()

    # -- parts

    def context_of(self, live: Live) -> dict[str, Any]:
        """What expressions outside of task runs see."""
        return execution_context(live.execution, live.views, self.surroundings, live.inherited)

    def newest(self, execution_id: str) -> str:
        """The execution that stands in an execution's place after retries."""
        while execution_id in self.replayed:
            execution_id = self.replayed[execution_id]
        return execution_id

    def _live(self, execution_id: str) -> Live:
        live = self.lives.get(execution_id)
        if live is None:
            raise UnknownExecutionError(f"no execution {execution_id}")
        return live

    def _new_live(self, flow: Flow, loop_parent: str | None, caller: Caller | None) -> Live:
        parent = self.lives.get(loop_parent) if loop_parent is not None else None
        inherited: dict[str, Any] = {}
        outer: Mapping[str, Any] = {}
        if parent is not None:
            seen = self.context_of(parent)
            if parent.execution.loop_run is not None:
                # The iterations of a Loop within an iteration know the flow's defaults only.
                seen["inputs"] = default_inputs(flow)
            inherited = {name: seen[name] for name in ("inputs", "trigger") if name in seen}
            if caller is not None:
                inherited["state"] = state_around(parent.execution, caller.task_run_id, caller.loop_index)
            outer = parent.views.outputs
        errors: list[Mapping[str, Any]] = []
        services = ExecutionServices(
            self.surroundings.services,
            self.surroundings.knows_namespace,
            lambda: list(errors),
            Reader(flow.namespace, frozenset() if caller is None else frozenset({caller.execution_id})),
        )
        return Live(
            execution=None,  # type: ignore[arg-type]  # set by the first event, before anything reads it
            views=Views(flow.version, outer),
            renderer=Renderer(flow.version, services),
            inherited=inherited,
            caller=caller,
            errors=errors,
        )

    def revived(self, execution_id: str) -> Live:
        """An execution at work, or one that the history knows; raises `UnknownExecutionError`."""
        if execution_id in self.lives:
            return self.lives[execution_id]
        history = self.surroundings.history
        execution = history.execution(execution_id) if history is not None else None
        if execution is None:
            raise UnknownExecutionError(f"no execution {execution_id}")
        parent_id = execution.parent_id if execution.loop_run is not None else None
        live = self._new_live(execution.flow, parent_id, _caller_of(execution))
        live.execution = execution
        if execution.sealed:
            live.finished.set()
        for run in execution.ordered_task_runs():
            live.views.note(execution, run)
        self.lives[execution_id] = live
        return live


def _caller_of(execution: Execution) -> Caller | None:
    """Who waits for an execution of an earlier process: the Loop around it, or the Subflow that called it."""
    loop_run = execution.loop_run
    if loop_run is not None and execution.parent_id is not None:
        return Caller(execution.parent_id, loop_run.task_run_id, loop_run.index)
    trigger = execution.trigger
    if trigger is not None and trigger.type.endswith(".Subflow"):
        return Caller(str(trigger.variables["executionId"]), str(trigger.variables["taskRunId"]))
    return None


def _paused_task(execution: Execution) -> Pause | None:
    for run in execution.ordered_task_runs():
        task = execution.plan.tasks[run.task_id].task
        if run.state is State.PAUSED and isinstance(task, Pause):
            return task
    return None
