"""Subflow: an execution of another flow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from tiercel_engine.core.effects import Question, StartSubflow
from tiercel_engine.core.endings import allowed, fail_before_running, finish_run, finish_running, start_running
from tiercel_engine.core.events import Evaluated, SubflowEnded, SubflowRefused, SubflowStarted
from tiercel_engine.core.flowables.base import Kind, kind
from tiercel_engine.core.flowables.execution_updates import UpdateError, label_pairs, merge_labels
from tiercel_engine.core.records import Scope, Stage, TaskRun
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
    work.log("INFO", f"Created new execution {link}", run)
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
    finish_run(work, work.end_attempt(run, State.FAILED), allowed(work.task(run), State.FAILED), event.message)


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
    passed_on = event.state in _PASSED_ON
    if not passed_on:
        finish_running(work, run, allowed(work.task(run), State.SUCCESS))
        return
    message = f"Subflow execution {called.link} ends in {event.state.value} state"
    if not _flag(work, run, "transmitFailed"):
        run = work.set_state(run, event.state)
        run = work.end_attempt(run, event.state)
        attempt = run.attempts[-1]
        last = replace(attempt, history=(*attempt.history, replace(attempt.history[-1], state=State.SUCCESS)))
        run = work.put(replace(run, attempts=(*run.attempts[:-1], last)))
        finish_run(work, run, State.SUCCESS)
        return
    work.log("WARN" if event.state is State.WARNING else "ERROR", message, run)
    run = work.end_attempt(run, event.state)
    if event.state is State.FAILED:
        work.put(replace(run, scope=None))
        work.agenda.append(("failed", run.id))
        return
    finish_run(work, run, allowed(work.task(run), event.state))


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
