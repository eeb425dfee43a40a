"""2.0's Loop: an execution of its own for each value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tiercel_engine.core.effects import Mode, Question, StartIteration
from tiercel_engine.core.endings import allowed, finish_run, finish_running, skip, start_running
from tiercel_engine.core.events import Evaluated, IterationEnded
from tiercel_engine.core.flowables.base import Kind, kind
from tiercel_engine.core.records import LoopRun, Scope, Stage, TaskRun
from tiercel_engine.core.states import State
from tiercel_engine.core.values import Item, ValuesError, list_values
from tiercel_engine.core.work import Work
from tiercel_schemas.model import flowables as model

STORED = "kestra://"


@dataclass(frozen=True, slots=True)
class Iterations:
    """Which values have begun, which executions run, how the others ended."""

    items: tuple[Item, ...]
    from_file: bool = False
    begun: int = 0
    running: Mapping[int, str] = field(default_factory=dict)
    ended: Mapping[str, int] = field(default_factory=dict)
    outputs: tuple[Mapping[str, Any], ...] = ()
    failure: State | None = None
    failed_executions: Mapping[int, str] = field(default_factory=dict)
    """By index, for a restart."""

    @property
    def running_executions(self) -> tuple[str, ...]:
        """The executions at work."""
        return tuple(self.running.values())


@kind("flow.Loop")
class Loop(Kind):
    """Iterations are executions of kind LOOP."""

    def enter(self, work: Work, run: TaskRun) -> None:
        """Ask for the values."""
        task = _task(work, run)
        work.ask("enter", run, Question("values", task.values, "text" if isinstance(task.values, str) else "value"))

    def shows_when_skipped(self) -> bool:
        """2.0 begins the iterations of a skipped Loop all the same."""
        return True

    def skipped(self, work: Work, run: TaskRun) -> None:
        """Ask for the values all the same."""
        task = _task(work, run)
        mode: Mode = "text" if isinstance(task.values, str) else "value"
        work.ask("skipped", run, Question("values", task.values, mode))

    def answered(self, work: Work, run: TaskRun, event: Evaluated) -> None:
        """Begin, when the values can be looped over."""
        if event.purpose == "skipped":
            _begin_skipped(work, run, event)
            return
        if event.error is not None:
            _refuse(work, run, event.error)
            return
        rendered = event.values["values"]
        if event.purpose == "enter" and isinstance(rendered, str) and rendered.strip().startswith(STORED):
            work.ask("lines", run, Question("values", rendered.strip(), "rows"))
            return
        try:
            if event.purpose == "lines":
                items: tuple[Item, ...] = tuple((None, str(line)) for line in rendered)
            else:
                items = list_values(rendered, allow_map=True)
        except ValuesError as error:
            _refuse(work, run, str(error))
            return
        iterations = Iterations(items, from_file=event.purpose == "lines")
        if not items:
            _tell(work, run, iterations)
            finish_run(work, work.run(run.id), State.SUCCESS)
            return
        run = start_running(work, run)
        work.set_scope(run.id, Scope(stage=Stage.DONE, data=iterations))
        go_on(work, work.run(run.id))


def _begin_skipped(work: Work, run: TaskRun, event: Evaluated) -> None:
    """Skip the task, but start what Kestra 2.0 starts: the first iteration, and after it a hollow one."""
    try:
        rendered = event.values.get("values")
        items = () if event.error is not None else list_values(rendered, allow_map=True)
    except ValuesError:
        items = ()
    skip(work, run)
    run = work.run(run.id)
    if not items:
        return
    message = "Kestra 2.0 runs the first iteration of a Loop that runIf skips, and so does Tiercel"
    work.report("notice", level="WARN", code="skipped-loop-runs", taskId=run.task_id, message=message)
    iterations = Iterations(items, begun=1, running={0: work.new_id()})
    run = work.put(replace(run, scope=Scope(stage=Stage.DONE, data=iterations)))
    work.busy += 1
    work.effects.append(start_of(work, run, 0, iterations.running[0]))
    _tell(work, run, iterations)


def skipped_iteration_ended(work: Work, run: TaskRun, event: IterationEnded) -> None:
    """The first iteration of a skipped Loop has ended: one more begins, without tasks, whose end nobody notes."""
    if run.scope is None or run.scope.data.ended:
        return
    work.busy -= 1
    iterations: Iterations = run.scope.data
    running: dict[int, str] = {}
    if iterations.begun < len(iterations.items):
        running = {iterations.begun: work.new_id()}
    iterations = replace(iterations, running=running, ended={event.state.value: 1}, begun=iterations.begun + 1)
    run = work.put(replace(run, scope=replace(run.scope, data=iterations)))
    for index, child_id in running.items():
        start = start_of(work, run, index, child_id)
        work.effects.append(replace(start, loop_run=replace(start.loop_run, hollow=True)))
    _tell(work, run, iterations)


def iteration_ended(work: Work, run: TaskRun, event: IterationEnded) -> None:
    """Count it, begin the next ones, or end the Loop."""
    if run.state.terminated or run.scope is None:
        return
    scope = run.scope
    iterations: Iterations = scope.data
    task = _task(work, run)
    running = {index: name for index, name in iterations.running.items() if index != event.index}
    ended = {**iterations.ended, event.state.value: iterations.ended.get(event.state.value, 0) + 1}
    outputs = iterations.outputs
    if event.outputs:
        key, value = iterations.items[event.index]
        item: dict[str, Any] = {"value": value, "iteration": event.index}
        if key is not None:
            item["key"] = key
        outputs = (*outputs, {"item": item, "outputs": event.outputs})
    failed = dict(iterations.failed_executions)
    if event.state in _STOPPING:
        failed[event.index] = event.execution_id
    iterations = replace(iterations, running=running, ended=ended, outputs=outputs, failed_executions=failed)
    if task.transmit_failed and event.state in _STOPPING:
        iterations = replace(iterations, failure=iterations.failure or event.state)
        flow = work.execution.flow
        place = f'[[link execution="{event.execution_id}" flowId="{flow.id}" namespace="{flow.namespace}"]]'
        ended_in = f"Loop iteration {event.index} ended in {event.state.value} in sub-execution {place}"
        work.log("ERROR", f"{ended_in}, check that execution's logs for details", run, attempt=len(run.attempts))
    work.put(replace(run, scope=replace(scope, data=iterations)))
    go_on(work, work.run(run.id))


_STOPPING = frozenset({State.FAILED, State.KILLED, State.CANCELLED})


def go_on(work: Work, run: TaskRun) -> None:
    """Begin as many iterations as may run, or end the Loop."""
    assert run.scope is not None
    iterations: Iterations = run.scope.data
    task = _task(work, run)
    limit = task.concurrency_limit
    stopped = run.scope.stopped or iterations.failure is not None
    running = dict(iterations.running)
    begun = iterations.begun
    while not stopped and begun < len(iterations.items) and (limit == 0 or len(running) < limit):
        child_id = work.new_id()
        running[begun] = child_id
        work.effects.append(start_of(work, run, begun, child_id))
        begun += 1
    iterations = replace(iterations, begun=begun, running=running)
    run = work.put(replace(run, scope=replace(run.scope, data=iterations)))
    if running:
        return
    run = _tell(work, run, iterations)
    state = State.SUCCESS
    if run.scope is not None and run.scope.stopped:
        state = State.KILLED
    elif iterations.failure is State.FAILED:
        state = State.FAILED
    finish_running(work, run, allowed(task, state))


def start_of(work: Work, run: TaskRun, index: int, child_id: str) -> StartIteration:
    """What begins an iteration."""
    assert run.scope is not None
    iterations: Iterations = run.scope.data
    task = _task(work, run)
    stored = task.fetch_type == "STORE" or (task.fetch_type == "AUTO" and iterations.from_file)
    return StartIteration(run.id, child_id, _loop_run(work, run, iterations, index), stored)


def _loop_run(work: Work, run: TaskRun, iterations: Iterations, index: int) -> LoopRun:
    key, value = iterations.items[index]
    outer = work.execution.loop_run
    parents: tuple[Mapping[str, Any], ...] = ()
    if outer is not None:
        item: dict[str, Any] = {"index": outer.index, "value": outer.value}
        if outer.key is not None:
            item["key"] = outer.key
        parents = (item, *outer.parents)
    return LoopRun(run.task_id, index, value, key, parents, run.id, len(iterations.items))


def _tell(work: Work, run: TaskRun, iterations: Iterations) -> TaskRun:
    outputs: dict[str, Any] = {
        "iterationCount": len(iterations.items),
        "runningIterations": len(iterations.running),
        "terminatedIterations": dict(iterations.ended),
    }
    if iterations.outputs:
        outputs["outputs"] = list(iterations.outputs)
    return work.set_outputs(run, outputs)


def _refuse(work: Work, run: TaskRun, message: str) -> None:
    text = f"Failed to process flowable task {run.id}: {message}"
    work.log("ERROR", text, run)
    finish_run(work, run, allowed(work.task(run), State.FAILED), text)


def _task(work: Work, run: TaskRun) -> model.Loop:
    task = work.task(run)
    assert isinstance(task, model.Loop)
    return task
