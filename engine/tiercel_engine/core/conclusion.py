"""The end of an execution: its state, its outputs, what comes after."""

from __future__ import annotations

from dataclasses import replace

from tiercel_engine.core.effects import Announce, Finish, JudgeListeners, RenderOutputs
from tiercel_engine.core.events import ListenersJudged, OutputsRendered
from tiercel_engine.core.records import Stage
from tiercel_engine.core.states import State
from tiercel_engine.core.work import Work


def candidate(work: Work) -> State:
    """The state that the execution would end in now."""
    execution = work.execution
    if execution.killing:
        return State.KILLED
    return execution.exit_state or work.root.worst


def conclude(work: Work) -> bool:
    """Say the end state once; True when nothing has to be rendered before afterExecution."""
    execution = work.execution
    if execution.concluded:
        return True
    work.change(concluded=True, end_state=candidate(work))
    work.set_execution_state(candidate(work))
    if execution.has_outputs:
        work.effects.append(RenderOutputs())
        return False
    return _told(work)


def _told(work: Work) -> bool:
    """Let others hear of the end; True when afterExecution may follow at once."""
    work.effects.append(Announce())
    if any(listener.conditions for listener in work.execution.flow.listeners) and work.execution.loop_run is None:
        work.effects.append(JudgeListeners())
        return False
    return True


def listeners_judged(work: Work, event: ListenersJudged) -> None:
    """Leave out the tasks of listeners that do not want to run, and go on to afterExecution."""
    flow, plan = work.execution.flow, work.execution.plan
    silent = {
        task.id for place, listener in enumerate(flow.listeners) if place not in event.places for task in listener.tasks
    }
    kept = tuple(name for name in plan.tasks_of(None, "afterExecution") if name not in silent)
    work.change(plan=replace(plan, root={**plan.root, "afterExecution": kept}))
    work.agenda.append(("advance", None))


def outputs_rendered(work: Work, event: OutputsRendered) -> None:
    """Keep the outputs, or fail for want of a required one, and go on to afterExecution."""
    for warning in event.warnings:
        work.log("WARN", warning)
    if event.error is not None:
        work.log("ERROR", event.error)
        work.set_execution_state(State.FAILED)
        work.change(end_state=State.FAILED)
    elif event.outputs:
        work.change(outputs=event.outputs)
    if _told(work):
        work.agenda.append(("advance", None))


def seal(work: Work) -> None:
    """Say that it is over when the last list is done and nothing is at work any more."""
    if work.root.stage is not Stage.DONE or work.busy > 0 or work.execution.sealed:
        return
    if any(not run.state.terminated for run in work.runs.values()):
        return
    if not work.state.terminated and work.execution.end_state is not None:
        work.set_execution_state(work.execution.end_state)
    work.change(sealed=True)
    work.effects.append(Finish())


def abandon(work: Work, state: State) -> None:
    """End without running anything."""
    work.set_execution_state(state)
    work.effects.append(Announce())
    work.root = replace(work.root, stage=Stage.DONE)


def keep_handlers(work: Work, *, errors: int, finally_: int) -> None:
    """Let only the first so many tasks of the flow's errors and finally run."""
    plan = work.execution.plan
    lists = {
        "errors": plan.tasks_of(None, "errors")[:errors],
        "finally": plan.tasks_of(None, "finally")[:finally_],
    }
    work.change(plan=replace(plan, root={**plan.root, **lists}))
