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
    work.change(concluded=True, end_state=candidate(work))
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
        work.change(end_state=State.FAILED)
    elif event.outputs:
        work.change(outputs=event.outputs)
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
    work.root = replace(work.root, stage=Stage.DONE)


def end_again(work: Work) -> None:
    """A task that ran once more has ended; the end of the execution stays what it was."""
    work.set_execution_state(work.execution.end_state or candidate(work))


def next_ghost(work: Work) -> bool:
    """Begin the next of the tasks that 2.0 runs once more after the end; False when there is none."""
    execution = work.execution
    if work.root.stage is not Stage.DONE or not execution.ghosts or _ghost_at_work(work) or execution.killing:
        return False
    (task_id, value, iteration), *rest = execution.ghosts
    run = work.create_run(task_id, None, None, value=value, iteration=iteration, twin=True)
    work.change(ghosts=tuple(rest), ghost=run.id)
    return True


def _ghost_at_work(work: Work) -> bool:
    ghost = work.execution.ghost
    return ghost is not None and not work.run(ghost).state.terminated
