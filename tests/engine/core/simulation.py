"""Runs the core alone: virtual time, scripted outcomes, no threads, no files."""

from __future__ import annotations

import copy
import heapq
import itertools
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tiercel_engine.core import effects as wanted
from tiercel_engine.core.decide import decide
from tiercel_engine.core.events import (
    ContinueRequested,
    DirectoryClosed,
    DirectoryOpened,
    Evaluated,
    Event,
    ExecutionCreated,
    ForceRunRequested,
    IterationEnded,
    KillRequested,
    ListenersJudged,
    OutputsRendered,
    RestartRequested,
    ResumeRequested,
    SlotGranted,
    SlotRefused,
    SubflowEnded,
    SubflowRefused,
    SubflowStarted,
    TaskEnded,
    TaskRunChangeRequested,
    TaskStarted,
    TimerFired,
    UnqueueRequested,
)
from tiercel_engine.core.records import Execution, Trigger
from tiercel_engine.core.states import State
from tiercel_schemas.model import Flow, read_flow
from tiercel_schemas.versions import KestraVersion

START = datetime(2026, 1, 1, tzinfo=UTC)
LEAF = "io.kestra.plugin.core.debug.Return"
_GROUPS = {
    "Exit": "execution",
    "Labels": "execution",
    "SetVariables": "execution",
    "UnsetVariables": "execution",
}


def expand_task(written: Any) -> dict[str, Any]:
    """A task of a matrix: a bare id is a leaf, `type` a short name."""
    if isinstance(written, str):
        return {"id": written, "type": LEAF}
    if "task" in written:
        return {**written, "task": expand_task(written["task"])}
    task = dict(written)
    name = task.get("type", LEAF)
    if "." not in name:
        task["type"] = f"io.kestra.plugin.core.{_GROUPS.get(name, 'flow')}.{name}"
    else:
        task["type"] = name
    for key in ("tasks", "errors", "finally", "then", "else", "defaults"):
        if key in task:
            task[key] = [expand_task(child) for child in task[key]]
    if "cases" in task:
        task["cases"] = {key: [expand_task(child) for child in tasks] for key, tasks in task["cases"].items()}
    if "onPause" in task:
        task["onPause"] = expand_task(task["onPause"])
    return task


def expand_flow(written: Mapping[str, Any], version: KestraVersion) -> Flow:
    """A flow of a matrix, with an id and a namespace where there are none."""
    flow: dict[str, Any] = {"id": "main", "namespace": "a.b", **written}
    for key in ("tasks", "errors", "finally", "afterExecution"):
        if key in flow:
            flow[key] = [expand_task(task) for task in flow[key]]
    for listener in flow.get("listeners", ()):
        listener["tasks"] = [expand_task(task) for task in listener["tasks"]]
    return read_flow(flow, version)


@dataclass
class Outcome:
    """What an attempt of a leaf task comes to, and after how many virtual seconds."""

    state: State = State.SUCCESS
    seconds: float = 0.0
    outputs: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, written: Any) -> Outcome:
        """`FAILED`, `SUCCESS 5` (seconds), or a map of the fields."""
        if isinstance(written, Mapping):
            return cls(State(written.get("state", "SUCCESS")), written.get("seconds", 0.0), written.get("outputs", {}))
        name, _, seconds = str(written).partition(" ")
        return cls(State(name), float(seconds or 0))


_ACTIONS: Mapping[str, Any] = {
    "kill": KillRequested,
    "resume": ResumeRequested,
    "restart": RestartRequested,
    "continue": ContinueRequested,
    "force-run": ForceRunRequested,
    "unqueue": UnqueueRequested,
}


@dataclass(frozen=True)
class _Change(Event):
    """A change of the first run of a task, whose id is looked up when it happens."""

    task: str
    to: State


class Simulation:
    """Executions of some flows under scripted outcomes."""

    def __init__(
        self,
        flows: list[Flow],
        outcomes: Mapping[str, Any] | None = None,
        answers: Mapping[str, Any] | None = None,
        slots: str = "granted",
    ) -> None:
        self.flows = {(flow.namespace, flow.id): flow for flow in flows}
        self.outcomes = {
            name: deque(Outcome.read(each) for each in (written if isinstance(written, list) else [written]))
            for name, written in (outcomes or {}).items()
        }
        self.answers = copy.deepcopy(dict(answers or {}))
        self.slots = slots
        self.now = START
        self.executions: dict[str, Execution] = {}
        self.logs: dict[str, list[Event]] = {}
        self.reports: list[tuple[str, wanted.Report]] = []
        self.written: list[tuple[str, wanted.WriteLog]] = []
        self.finished: list[str] = []
        self.announced: list[tuple[str, State]] = []
        self._callers: dict[str, tuple[str, str, int | None, bool]] = {}
        self._heap: list[tuple[datetime, int, str, Event]] = []
        self._queue: deque[tuple[str, Event]] = deque()
        self._count = itertools.count()
        self._stopped: set[int] = set()
        self._replayed: dict[str, str] = {}
        self._at_work: dict[tuple[str, str], int] = {}
        self.steps = 0

    # -- driving

    def start(self, flow: Flow, **fields: Any) -> str:
        """Create an execution; nothing is decided before `run`."""
        execution_id = fields.pop("execution_id", f"x{len(self.executions) + len(self._queue)}")
        self._queue.append((execution_id, ExecutionCreated(self.now, execution_id, flow, **fields)))
        return execution_id

    def at(self, seconds: float, execution_id: str, event: str, **fields: Any) -> None:
        """Let somebody do something later, by one of the names of `_ACTIONS`, or `change` a task's run."""
        if event == "change":
            self._later(seconds, execution_id, _Change(START, **fields))
            return
        self._later(seconds, execution_id, _ACTIONS[event](START, **fields))

    def run(self, most_steps: int = 20_000) -> None:
        """Until nothing is left to happen."""
        while self._queue or self._heap:
            self.steps += 1
            assert self.steps < most_steps, "the simulation does not end"
            if self._queue:
                self._decide(*self._queue.popleft())
                continue
            date, number, execution_id, event = heapq.heappop(self._heap)
            self.now = max(self.now, date)
            if number not in self._stopped:
                self._decide(execution_id, event)

    def _later(self, seconds: float, execution_id: str, event: Event) -> int:
        number = next(self._count)
        heapq.heappush(self._heap, (self.now + timedelta(seconds=seconds), number, execution_id, event))
        return number

    def _decide(self, execution_id: str, event: Event) -> None:
        self.now += timedelta(microseconds=1)
        if isinstance(event, _Change):
            runs = self.executions[execution_id].ordered_task_runs()
            run_id = next(run.id for run in runs if run.task_id == event.task)
            event = TaskRunChangeRequested(self.now, run_id, event.to)
        values = {name: getattr(event, name) for name in event.__dataclass_fields__}
        event = type(event)(**{**values, "time": self.now})
        self.logs.setdefault(execution_id, []).append(event)
        execution, effects = decide(self.executions.get(execution_id), event)
        self.executions[execution_id] = execution
        for effect in effects:
            self._perform(execution, effect)

    # -- effects

    def _perform(self, execution: Execution, effect: wanted.Effect) -> None:
        name = "_" + type(effect).__name__
        getattr(self, name)(execution, effect)

    def _post(self, execution: Execution, event: Event) -> None:
        self._queue.append((execution.id, event))

    def _Evaluate(self, execution: Execution, effect: wanted.Evaluate) -> None:  # noqa: N802
        values: dict[str, Any] = {}
        error = None
        for question in effect.questions:
            try:
                stored = question.mode in {"rows", "lines"}
                template = question.template
                values[question.name] = self.answers[template] if stored else self._value(template)
            except KeyError as missing:
                error = f"Unable to find {missing}"
        self._post(
            execution, Evaluated(self.now, effect.purpose, effect.task_run_id, values if not error else {}, error)
        )

    def _value(self, template: Any) -> Any:
        if not isinstance(template, str) or "{{" not in template:
            return template
        answer = self.answers[template]
        if isinstance(answer, list) and answer and isinstance(answer[0], str) and template.startswith("{{ turn"):
            return answer.pop(0) if len(answer) > 1 else answer[0]
        return answer

    def _StartTask(self, execution: Execution, effect: wanted.StartTask) -> None:  # noqa: N802
        run = execution.task_runs[effect.task_run_id]
        key = f"{run.task_id}[{run.value}]" if run.value is not None else run.task_id
        if execution.loop_run is not None:
            key = f"{run.task_id}[{execution.loop_run.value}]"
        script = self.outcomes.get(key) or self.outcomes.get(run.task_id)
        outcome = Outcome()
        if script:
            outcome = script.popleft() if len(script) > 1 else script[0]
        self._post(execution, TaskStarted(self.now, run.id))
        event = TaskEnded(self.now, run.id, outcome.state, outcome.outputs)
        self._at_work[execution.id, run.id] = self._later(outcome.seconds, execution.id, event)

    def _StopTask(self, execution: Execution, effect: wanted.StopTask) -> None:  # noqa: N802
        number = self._at_work.pop((execution.id, effect.task_run_id), None)
        if number is not None:
            self._stopped.add(number)
        if effect.awaited:
            self._post(execution, TaskEnded(self.now, effect.task_run_id, State.KILLED))

    def _StartTimer(self, execution: Execution, effect: wanted.StartTimer) -> None:  # noqa: N802
        seconds = max((effect.at - self.now).total_seconds(), 0)
        self._later(seconds, execution.id, TimerFired(self.now, effect.purpose, effect.task_run_id, effect.round))

    def _StartSubflow(self, execution: Execution, effect: wanted.StartSubflow) -> None:  # noqa: N802
        flow = self.flows.get((effect.namespace, effect.flow_id))
        if flow is None:
            self._post(execution, SubflowRefused(self.now, effect.task_run_id, "Unable to find flow"))
            return
        self._callers[effect.execution_id] = (execution.id, effect.task_run_id, None, effect.wait)
        self._post(
            execution, SubflowStarted(self.now, effect.task_run_id, effect.execution_id, flow.namespace, flow.id)
        )
        trigger = Trigger("s", "Subflow", effect.trigger_variables)
        self.start(flow, execution_id=effect.execution_id, trigger=trigger, depth=execution.depth + 1)

    def _StartIteration(self, execution: Execution, effect: wanted.StartIteration) -> None:  # noqa: N802
        self._callers[effect.execution_id] = (execution.id, effect.task_run_id, effect.loop_run.index, True)
        self.start(
            execution.flow,
            execution_id=effect.execution_id,
            parent_id=execution.id,
            loop_run=effect.loop_run,
            labels=execution.labels,
            fixtures=execution.fixtures,
            breakpoints=execution.breakpoints,
            extent=execution.extent,
        )

    def _StartReplay(self, execution: Execution, effect: wanted.StartReplay) -> None:  # noqa: N802
        self.start(
            execution.flow,
            execution_id=effect.execution_id,
            parent_id=execution.id,
            attempt_number=effect.attempt_number,
            loop_run=execution.loop_run,
        )
        self._replayed[execution.id] = effect.execution_id
        if execution.id in self._callers:
            self._callers[effect.execution_id] = self._callers[execution.id]

    def _StopExecution(self, execution: Execution, effect: wanted.StopExecution) -> None:  # noqa: N802
        name = self._newest(effect.execution_id)
        if name in self.executions:
            self._queue.append((name, KillRequested(self.now)))

    def _newest(self, name: str) -> str:
        while name in self._replayed:
            name = self._replayed[name]
        return name

    def _RestartExecution(self, execution: Execution, effect: wanted.RestartExecution) -> None:  # noqa: N802
        name = self._newest(effect.execution_id)
        child = self.executions.get(name)
        if child is None:
            assert effect.otherwise is not None
            self._perform(execution, effect.otherwise)
        elif child.sealed and child.state in {State.SUCCESS, State.WARNING}:
            self._Finish(child, wanted.Finish())
        else:
            self._queue.append((name, RestartRequested(self.now)))

    def _OpenDirectory(self, execution: Execution, effect: wanted.OpenDirectory) -> None:  # noqa: N802
        self._post(execution, DirectoryOpened(self.now, effect.task_run_id))

    def _CloseDirectory(self, execution: Execution, effect: wanted.CloseDirectory) -> None:  # noqa: N802
        self._post(execution, DirectoryClosed(self.now, effect.task_run_id))

    def _RenderOutputs(self, execution: Execution, effect: wanted.RenderOutputs) -> None:  # noqa: N802
        error = self.answers.get("outputs error")
        self._post(execution, OutputsRendered(self.now, {} if error else {"o": "v"}, error))

    def _Announce(self, execution: Execution, effect: wanted.Announce) -> None:  # noqa: N802
        self.announced.append((execution.id, execution.state))

    def _JudgeListeners(self, execution: Execution, effect: wanted.JudgeListeners) -> None:  # noqa: N802
        self._post(execution, ListenersJudged(self.now, tuple(self.answers.get("listeners", ()))))

    def _RequestSlot(self, execution: Execution, effect: wanted.RequestSlot) -> None:  # noqa: N802
        if self.slots == "granted":
            self._post(execution, SlotGranted(self.now))
            return
        behavior = execution.flow.concurrency.behavior
        self._post(execution, SlotRefused(self.now, behavior))
        if behavior == "QUEUE":
            self._later(5, execution.id, SlotGranted(self.now))

    def _Finish(self, execution: Execution, effect: wanted.Finish) -> None:  # noqa: N802
        self.finished.append(execution.id)
        caller = self._callers.get(execution.id)
        if caller is None or not caller[3] or execution.id in self._replayed:
            return
        parent_id, run_id, index, _ = caller
        if index is None:
            event: Event = SubflowEnded(self.now, run_id, execution.state, execution.outputs, execution.id)
        else:
            event = IterationEnded(self.now, run_id, execution.id, index, execution.state, execution.outputs)
        self._queue.append((parent_id, event))

    def _Report(self, execution: Execution, effect: wanted.Report) -> None:  # noqa: N802
        self.reports.append((execution.id, effect))

    def _WriteLog(self, execution: Execution, effect: wanted.WriteLog) -> None:  # noqa: N802
        self.written.append((execution.id, effect))
