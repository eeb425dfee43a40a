"""Subflow: an execution of another flow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from tiercel_engine.core.effects import Question, StartSubflow
from tiercel_engine.core.endings import (
    allowed,
    end_unprocessed,
    fail_before_running,
    finish_run,
    finish_running,
    start_running,
)
from tiercel_engine.core.events import Evaluated, SubflowEnded, SubflowRefused, SubflowStarted
from tiercel_engine.core.flowables.base import Kind, kind
from tiercel_engine.core.flowables.execution_updates import UpdateError, label_pairs, merge_labels
from tiercel_engine.core.records import Attempt, Scope, Stage, StateChange, TaskRun
from tiercel_engine.core.states import State
from tiercel_engine.core.work import Work

MAX_DEPTH = 100


@dataclass(frozen=True, slots=True)
class Called:
    """The execution that was asked for."""

    execution_id: str
    link: str = ""

    @property
    def running_executions(self) -> tuple[str, ...]:
        """The execution, for a kill."""
        return (self.execution_id,)


@kind("flow.Subflow")
class Subflow(Kind):
    """Waits for the execution unless told otherwise."""

    inherits_retry = True

    def enter(self, work: Work, run: TaskRun) -> None:
        """Ask for the target, inputs and labels."""
        properties = work.task(run).properties
        work.ask(
            "enter",
            run,
            Question("namespace", properties.get("namespace") or ""),
            Question("flowId", properties.get("flowId") or ""),
            Question("revision", properties.get("revision"), "typed"),
            Question("inputs", properties.get("inputs"), "typed"),
            Question("labels", properties.get("labels"), "value"),
            Question("inheritLabels", properties.get("inheritLabels", False), "typed"),
            Question("scheduleDate", properties.get("scheduleDate")),
        )

    def answered(self, work: Work, run: TaskRun, event: Evaluated) -> None:
        """Have the execution created."""
        if event.error is not None:
            fail_before_running(work, run, event.error)
            return
        values = event.values
        try:
            labels = label_pairs(values["labels"])
            schedule_date = _date(values.get("scheduleDate"))
        except (UpdateError, ValueError) as error:
            fail_before_running(work, run, str(error))
            return
        if work.execution.depth >= MAX_DEPTH:
            fail_before_running(work, run, f"Subflows are nested more than {MAX_DEPTH} deep")
            return
        if str(values["inheritLabels"]).lower() == "true":
            labels = merge_labels(work.execution.labels, labels)
        child_id = work.new_id()
        work.put(replace(run, scope=Scope(stage=Stage.DONE, data=Called(child_id))))
        inputs = values["inputs"]
        revision = values["revision"]
        work.effects.append(
            StartSubflow(
                run.id,
                child_id,
                str(values["namespace"]),
                str(values["flowId"]),
                int(revision) if str(revision or "").isdigit() else None,
                dict(inputs) if isinstance(inputs, Mapping) else {},
                labels,
                trigger_variables(work, run),
                _flag(work, run, "wait"),
                schedule_date=schedule_date,
            )
        )


def _date(written: Any) -> datetime | None:
    """A date with a zone, UTC where it names none; raises ValueError."""
    if not written:
        return None
    found = datetime.fromisoformat(str(written).partition("[")[0])
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def started(work: Work, run: TaskRun, event: SubflowStarted) -> None:
    """The execution exists."""
    if run.state.terminated:
        return
    link = f'[[link execution="{event.execution_id}" flowId="{event.flow_id}" namespace="{event.namespace}"]]'
    work.log("INFO", f"Created new execution {link}", run, attempt=len(run.attempts))
    run = work.put(replace(run, scope=Scope(stage=Stage.DONE, data=Called(event.execution_id, link))))
    run = start_running(work, run)
    if not _flag(work, run, "wait"):
        run = work.set_outputs(run, {"executionId": event.execution_id, "state": State.CREATED.value})
        finish_running(work, run, allowed(work.task(run), State.SUCCESS))


def refused(work: Work, run: TaskRun, event: SubflowRefused) -> None:
    """There is nothing to wait for: FAILED."""
    if event.on_task:
        work.log("ERROR", event.message, run)
    work.log("ERROR", event.message)
    run = work.put(replace(run, scope=None))
    end_unprocessed(work, run, event.message)


def child_ended(work: Work, run: TaskRun, event: SubflowEnded) -> None:
    """Take over the state of the execution, or not, as `transmitFailed` says."""
    if run.state.terminated or run.scope is None:
        return
    called: Called = run.scope.data
    outputs: dict[str, Any] = {"executionId": called.execution_id, "state": event.state.value}
    if event.outputs:
        outputs["outputs"] = event.outputs
    run = work.set_outputs(run, outputs)
    if work.execution.killing:
        finish_running(work, run, State.KILLED)
        return
    task = work.task(run)
    transmitted = event.state in _PASSED_ON and _flag(work, run, "transmitFailed")
    end = allowed(task, event.state if transmitted else State.SUCCESS)
    if transmitted and end in _TOLD:
        message = f"Subflow execution {called.link} ends in {end.value} state"
        work.log(_TOLD[end], message, run, attempt=max(len(run.attempts) - 1, 0))
    if end is not event.state and not (event.state is State.FAILED and task.retry is not None):
        run = work.set_state(run, event.state)
        run = _tell_all(work, run, end)
        finish_run(work, run, end)
        return
    run = _tell_all(work, run, event.state)
    if event.state is State.FAILED:
        work.agenda.append(("failed", run.id))
        return
    finish_run(work, run, end)


_TOLD = {State.FAILED: "ERROR", State.WARNING: "WARN"}


def _tell_all(work: Work, run: TaskRun, end: State) -> TaskRun:
    """End the try at hand, which shows all that the task run has been through."""
    attempt = Attempt((*run.history, StateChange(end, work.time)))
    return work.put(replace(run, attempts=(*run.attempts[:-1], attempt)))


_PASSED_ON = frozenset({State.FAILED, State.WARNING, State.KILLED, State.PAUSED})


def _flag(work: Work, run: TaskRun, name: str) -> bool:
    """A literal flag that is true when left out."""
    value = work.task(run).properties.get(name)
    return value is None or str(value).lower() != "false"


def trigger_variables(work: Work, run: TaskRun) -> dict[str, Any]:
    """What the called execution sees as `trigger`."""
    execution = work.execution
    variables: dict[str, Any] = {
        "executionId": execution.id,
        "namespace": execution.flow.namespace,
        "flowId": execution.flow.id,
        "flowRevision": execution.flow.revision or 1,
        "taskId": run.task_id,
        "taskRunId": run.id,
    }
    if run.value is not None:
        variables["taskRunValue"] = run.value
    if run.iteration is not None:
        variables["taskRunIteration"] = run.iteration
    if execution.loop_run is not None:
        variables["loopTaskRunId"] = execution.loop_run.task_run_id
        variables["loopIndex"] = execution.loop_run.index
    return variables
