"""1.3's ForEachItem: three tasks of its own, of which the second starts a subflow for each batch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tiercel_engine.core.effects import Question, StartSubflow
from tiercel_engine.core.endings import allowed, finish_run, stronger
from tiercel_engine.core.events import Evaluated, SubflowEnded, SubflowRefused, SubflowStarted
from tiercel_engine.core.flowables.base import CORE, Flowable, Kind, kind
from tiercel_engine.core.flowables.execution_updates import UpdateError, label_pairs, merge_labels
from tiercel_engine.core.flowables.subflow import trigger_variables
from tiercel_engine.core.records import Attempt, Scope, Stage, StateChange, TaskRun
from tiercel_engine.core.states import State
from tiercel_engine.core.work import Work
from tiercel_engine.storage.layout import task_run_path

ITEMS_TYPE = CORE + "flow.ForEachItem$ForEachItemExecutable"


@dataclass(frozen=True, slots=True)
class Batches:
    """The batches' files, the executions at work, and how the others ended."""

    uris: tuple[str, ...]
    running: Mapping[int, str] = field(default_factory=dict)
    ended: Mapping[str, int] = field(default_factory=dict)

    @property
    def running_executions(self) -> tuple[str, ...]:
        """The executions at work."""
        return tuple(self.running.values())


@kind("flow.ForEachItem")
class ForEachItem(Flowable):
    """Splits, calls, merges."""


@kind("flow.ForEachItem$ForEachItemExecutable")
class Items(Kind):
    """Calls the subflow for all batches at once."""

    def enter(self, work: Work, run: TaskRun) -> None:
        """Ask for the list of batches that the task before has made."""
        split = next(
            other
            for other in work.runs.values()
            if other.parent_id == run.parent_id and other.task_id.endswith("_split")
        )
        work.ask("lines", run, Question("uris", split.outputs.get("splits"), "lines"))

    def answered(self, work: Work, run: TaskRun, event: Evaluated) -> None:
        """Ask for the inputs of each batch, then start its subflow."""
        if event.error is not None:
            _fail(work, run, event.error)
        elif event.purpose == "lines":
            self._begin(work, run, tuple(str(uri) for uri in event.values["uris"] if uri))
        else:
            self._call(work, run, int(event.purpose.partition(":")[2]), event.values)

    def _begin(self, work: Work, run: TaskRun, uris: tuple[str, ...]) -> None:
        if not uris:
            finish_run(work, run, State.SUCCESS)
            return
        run = work.put(replace(run, scope=Scope(stage=Stage.DONE, data=Batches(uris))))
        properties = work.task(run).properties
        for index, uri in enumerate(uris):
            work.ask(
                f"batch:{index}",
                run,
                Question("namespace", properties.get("namespace") or ""),
                Question("flowId", properties.get("flowId") or ""),
                Question("inputs", properties.get("inputs"), "typed"),
                Question("labels", properties.get("labels"), "value"),
                Question("inheritLabels", properties.get("inheritLabels", False), "typed"),
                item=(uri, index),
            )

    def _call(self, work: Work, run: TaskRun, index: int, values: Mapping[str, Any]) -> None:
        assert run.scope is not None
        batches: Batches = run.scope.data
        try:
            labels = label_pairs(values["labels"])
        except UpdateError as error:
            _fail(work, run, str(error))
            return
        if str(values["inheritLabels"]).lower() == "true":
            labels = merge_labels(work.execution.labels, labels)
        child_id = work.new_id()
        batches = replace(batches, running={**batches.running, index: child_id})
        work.put(replace(run, scope=replace(run.scope, data=batches)))
        variables = trigger_variables(work, run)
        variables["taskRunIteration"] = index
        place = f"///{_base(work, run)}/{index}/outputs.ion"
        variables["taskRunOutputs"] = {"numberOfBatches": len(batches.uris), "uri": place}
        inputs = values["inputs"]
        work.effects.append(
            StartSubflow(
                run.id,
                child_id,
                str(values["namespace"]),
                str(values["flowId"]),
                None,
                dict(inputs) if isinstance(inputs, Mapping) else {},
                labels,
                variables,
                _flag(work, run, "wait"),
                index,
            )
        )


def started(work: Work, run: TaskRun, event: SubflowStarted) -> None:
    """One of the executions exists."""
    link = f'[[link execution="{event.execution_id}" flowId="{event.flow_id}" namespace="{event.namespace}"]]'
    work.log("INFO", f"Created new execution {link}", run, 1)
    if run.state is State.CREATED:
        run = work.set_state(run, State.RUNNING)
    if not _flag(work, run, "wait"):
        child_ended(work, run, SubflowEnded(event.time, run.id, State.SUCCESS, execution_id=event.execution_id))


def refused(work: Work, run: TaskRun, event: SubflowRefused) -> None:
    """One of them can't be started: the task fails."""
    if event.on_task:
        work.log("ERROR", event.message, run)
        if run.parent_id is not None:
            work.log("ERROR", event.message, work.run(run.parent_id), 1)
    finish_run(work, work.end_attempt(run, State.FAILED), State.FAILED, event.message)


def child_ended(work: Work, run: TaskRun, event: SubflowEnded) -> None:
    """Count it, and end when all have ended."""
    if run.scope is None:
        return
    batches: Batches = run.scope.data
    running = {index: name for index, name in batches.running.items() if name != event.execution_id}
    ended = {**batches.ended, event.state.value: batches.ended.get(event.state.value, 0) + 1}
    batches = replace(batches, running=running, ended=ended)
    run = work.put(replace(run, scope=replace(run.scope, data=batches)))
    if sum(ended.values()) < len(batches.uris):
        return
    outputs: dict[str, Any] = {
        "iterations": {"CREATED": 0, "RUNNING": 0, **ended},
        "numberOfBatches": len(batches.uris),
        "subflowOutputsBaseUri": f"/{_base(work, run)}",
    }
    run = work.set_outputs(run, outputs)
    state = State.SUCCESS
    if work.execution.killing:
        state = State.KILLED
    elif _flag(work, run, "transmitFailed"):
        for name in ended:
            state = stronger(state, State(name))
    attempt = Attempt((StateChange(State.CREATED, run.start_date), StateChange(state, work.time)))
    finish_run(work, work.put(replace(run, attempts=(attempt,))), allowed(work.task(run), state))


def _fail(work: Work, run: TaskRun, message: str) -> None:
    work.log("ERROR", message, run)
    finish_run(work, work.end_attempt(run, State.FAILED), State.FAILED, message)


def _base(work: Work, run: TaskRun) -> str:
    flow = work.execution.flow
    return task_run_path(flow.namespace, flow.id, work.execution.id, run.task_id, run.id)


def _flag(work: Work, run: TaskRun, name: str) -> bool:
    value = work.task(run).properties.get(name)
    return value is None or str(value).lower() != "false"
