"""The end of an execution: its state, its outputs, what comes after."""

from __future__ import annotations

from dataclasses import replace

from tiercel_engine.core.effects import Finish, RenderOutputs
from tiercel_engine.core.events import OutputsRendered
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
    work.change(concluded=True)
    work.set_execution_state(candidate(work))
    if execution.has_outputs:
        work.effects.append(RenderOutputs())
        return False
    return True


def outputs_rendered(work: Work, event: OutputsRendered) -> None:
    """Keep the outputs, or fail for want of a required one, and go on to afterExecution."""
    for warning in event.warnings:
        work.log("WARN", warning)
    if event.error is not None:
        work.log("ERROR", event.error)
        work.set_execution_state(State.FAILED)
    elif event.outputs:
        work.change(outputs=event.outputs)
    work.agenda.append(("advance", None))


def seal(work: Work) -> None:
    """Say that it is over when the last list is done and nothing is at work any more."""
    if work.root.stage is Stage.DONE and work.busy <= 0 and not work.execution.sealed:
        work.change(sealed=True)
        work.effects.append(Finish())


def abandon(work: Work, state: State) -> None:
    """End without running anything."""
    work.set_execution_state(state)
    work.root = replace(work.root, stage=Stage.DONE)
