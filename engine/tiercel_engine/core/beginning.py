"""How an execution begins: anew or from what an earlier one did, at once, at a date or when there is a place."""

from __future__ import annotations

from tiercel_engine.core import conclusion, sla
from tiercel_engine.core.adoption import adopt
from tiercel_engine.core.effects import RequestSlot, StartTimer, state_report
from tiercel_engine.core.events import ExecutionCreated, SlotGranted, SlotRefused
from tiercel_engine.core.plan import make_plan
from tiercel_engine.core.records import Execution, Scope, StateChange, TaskRun
from tiercel_engine.core.states import State
from tiercel_engine.core.work import Work


def new_execution(event: ExecutionCreated) -> Execution:
    """The record of an execution that has done nothing yet."""
    loop_task = event.loop_run.task_id if event.loop_run is not None else None
    return Execution(
        id=event.execution_id,
        flow=event.flow,
        plan=make_plan(event.flow, loop_task, event.extent),
        history=event.past or (StateChange(State.CREATED, event.time),),
        root=Scope(),
        inputs=event.inputs,
        variables=event.variables,
        labels=event.labels,
        trigger=event.trigger,
        parent_id=event.parent_id,
        original_id=event.original_id,
        kind="LOOP" if event.loop_run is not None else None,
        loop_run=event.loop_run,
        attempt_number=event.attempt_number,
        created_date=event.created_date or event.time,
        depth=event.depth,
        fixtures=event.fixtures,
        breakpoints=event.breakpoints,
        extent=event.extent,
        schedule_date=event.schedule_date,
        took_over=bool(event.taken),
        next_number=len(event.taken),
    )


def created(work: Work, event: ExecutionCreated) -> None:
    """Say that it exists, and let it begin, or wait, or end."""
    from tiercel_engine.core.api_shape import created_report

    work.effects.append(created_report(work.execution))
    for change in work.execution.history:
        work.effects.append(state_report(change.state))
    for run in event.taken:
        _take(work, run)
    if event.refusal is not None:
        work.log("ERROR", event.refusal)
        work.change(concluded=True)
        conclusion.abandon(work, State.FAILED)
    elif event.loop_run is not None and event.loop_run.hollow:
        work.set_execution_state(State.RUNNING)
        work.change(concluded=True)
        conclusion.abandon(work, State.SUCCESS)
    elif event.schedule_date is not None and event.schedule_date > event.time:
        work.effects.append(StartTimer("schedule", None, event.schedule_date))
    elif event.past:
        work.set_execution_state(State.RESTARTED)
        start(work)
    else:
        _ask_for_a_place(work)


def _take(work: Work, run: TaskRun) -> None:
    """Keep a task run of an earlier execution, and tell it as if it happened now."""
    work.put(run)
    place = {name: value for name, value in _place(run) if value is not None}
    work.report("taskrun.created", taskRunId=run.id, taskId=run.task_id, type=work.task(run).written_type, **place)
    if run.outputs:
        work.report("taskrun.outputs", taskRunId=run.id, taskId=run.task_id, outputs=run.outputs)
    for change in run.history:
        change_of = {"taskRunId": run.id, "taskId": run.task_id, "state": change.state.value}
        work.report("taskrun.state", **change_of, attempt=0, reused=True)


def _place(run: TaskRun) -> tuple[tuple[str, object], ...]:
    return ("parentTaskRunId", run.parent_id), ("value", run.value), ("iteration", run.iteration)


def _ask_for_a_place(work: Work) -> None:
    execution = work.execution
    if execution.flow.concurrency is not None and execution.loop_run is None:
        work.effects.append(RequestSlot())
    else:
        start(work)


def start(work: Work) -> None:
    """Begin with the first tasks, or where the task runs that were taken over end."""
    sla.watch(work)
    if adopt(work, None):
        work.set_execution_state(State.RUNNING)
    work.agenda.append(("advance", None))


def its_time_has_come(work: Work) -> None:
    """The date that it was made for has come."""
    if work.state is State.CREATED and not work.runs:
        _ask_for_a_place(work)


def slot_granted(work: Work, _event: SlotGranted) -> None:
    """The flow's concurrency lets it run."""
    if work.state not in {State.CREATED, State.QUEUED}:
        return
    if work.state is State.QUEUED:
        work.set_execution_state(State.RUNNING)
    start(work)


def slot_refused(work: Work, event: SlotRefused) -> None:
    """Wait in line, or end."""
    if event.behavior == "QUEUE":
        work.set_execution_state(State.QUEUED)
        return
    work.change(concluded=True)
    if event.behavior == "FAIL":
        work.log("ERROR", "Execution is FAILED due to concurrency limit exceeded")
    conclusion.abandon(work, State.FAILED if event.behavior == "FAIL" else State.CANCELLED)
