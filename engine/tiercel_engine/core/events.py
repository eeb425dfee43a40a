"""What happens to an execution: facts from outside, each with its time. Their log rebuilds the execution."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tiercel_engine.core.records import History, LoopRun, TaskRun, Trigger
from tiercel_engine.core.states import State
from tiercel_engine.core.wishes import WHOLE, Breakpoint, Extent, Fixture
from tiercel_schemas.model import Flow


@dataclass(frozen=True, slots=True)
class Event:
    """A fact."""

    time: datetime


@dataclass(frozen=True, slots=True)
class ExecutionCreated(Event):
    """The beginning: everything that a run starts from, inputs resolved."""

    execution_id: str
    flow: Flow
    inputs: Mapping[str, Any] = field(default_factory=dict)
    variables: Mapping[str, Any] = field(default_factory=dict)
    labels: tuple[tuple[str, str], ...] = ()
    trigger: Trigger | None = None
    parent_id: str | None = None
    original_id: str | None = None
    loop_run: LoopRun | None = None
    attempt_number: int = 1
    created_date: datetime | None = None
    depth: int = 0
    refusal: str | None = None
    """Set when a check lets the execution be created only to fail."""
    fixtures: tuple[Fixture, ...] = ()
    breakpoints: tuple[Breakpoint, ...] = ()
    extent: Extent = WHOLE
    taken: tuple[TaskRun, ...] = ()
    """Task runs of an earlier execution that it goes on from: RESTARTED ones run again, RUNNING ones hold them."""
    past: History = ()
    """The states of that execution, when they are to be its own."""
    schedule_date: datetime | None = None
    """Nothing begins before."""


@dataclass(frozen=True, slots=True)
class SlotGranted(Event):
    """The flow's concurrency lets it run."""


@dataclass(frozen=True, slots=True)
class SlotRefused(Event):
    """Too many run already; `behavior` is QUEUE, CANCEL or FAIL."""

    behavior: str


@dataclass(frozen=True, slots=True)
class Evaluated(Event):
    """The answer to an `Evaluate`: values by name, or why there are none."""

    purpose: str
    task_run_id: str | None
    values: Mapping[str, Any] = field(default_factory=dict)
    error: str | None = None


@dataclass(frozen=True, slots=True)
class TaskStarted(Event):
    """A worker has taken the task up."""

    task_run_id: str


@dataclass(frozen=True, slots=True)
class TaskEnded(Event):
    """An attempt of a leaf task has ended."""

    task_run_id: str
    state: State
    outputs: Mapping[str, Any] = field(default_factory=dict)
    message: str | None = None
    cached: bool = False


@dataclass(frozen=True, slots=True)
class TimerFired(Event):
    """The time asked for has come."""

    purpose: str
    task_run_id: str | None
    round: int = 0


@dataclass(frozen=True, slots=True)
class SubflowStarted(Event):
    """The execution that a Subflow asked for exists."""

    task_run_id: str
    execution_id: str
    namespace: str
    flow_id: str


@dataclass(frozen=True, slots=True)
class SubflowRefused(Event):
    """There is no such flow, or it doesn't take these inputs."""

    task_run_id: str
    message: str
    on_task: bool = True
    """Whether the task's own log tells, besides the execution's."""


@dataclass(frozen=True, slots=True)
class SubflowEnded(Event):
    """The execution that a Subflow waits for has ended."""

    task_run_id: str
    state: State
    outputs: Mapping[str, Any] = field(default_factory=dict)
    execution_id: str = ""


@dataclass(frozen=True, slots=True)
class IterationEnded(Event):
    """An iteration of a Loop has ended."""

    task_run_id: str
    execution_id: str
    index: int
    state: State
    outputs: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DirectoryOpened(Event):
    """The directory of a WorkingDirectory is ready, or `error` says why not."""

    task_run_id: str
    error: str | None = None


@dataclass(frozen=True, slots=True)
class DirectoryClosed(Event):
    """The directory's files have been collected."""

    task_run_id: str
    outputs: Mapping[str, Any] = field(default_factory=dict)
    error: str | None = None


@dataclass(frozen=True, slots=True)
class OutputsRendered(Event):
    """The flow's outputs, or why a required one has none."""

    outputs: Mapping[str, Any] = field(default_factory=dict)
    error: str | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ListenersJudged(Event):
    """Which of the flow's listeners run, by their places from 0."""

    places: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class KillRequested(Event):
    """Somebody wants it to stop."""


@dataclass(frozen=True, slots=True)
class ResumeRequested(Event):
    """Somebody lets a paused execution go on."""

    inputs: Mapping[str, Any] = field(default_factory=dict)
    to: State = State.SUCCESS
    by: str | None = None


@dataclass(frozen=True, slots=True)
class RestartRequested(Event):
    """Failed tasks, or those that a crash cut off, shall run again."""


@dataclass(frozen=True, slots=True)
class ContinueRequested(Event):
    """Somebody lets it go on from a breakpoint; None keeps the breakpoints that it has."""

    breakpoints: tuple[Breakpoint, ...] | None = None


@dataclass(frozen=True, slots=True)
class ForceRunRequested(Event):
    """Somebody wants it to run, whatever it waits for."""


@dataclass(frozen=True, slots=True)
class UnqueueRequested(Event):
    """Somebody takes it out of the queue, to run or to end at once."""

    to: State = State.RUNNING


@dataclass(frozen=True, slots=True)
class TaskRunChangeRequested(Event):
    """Somebody gives a task run of a terminated execution another end, and lets the execution go on from there."""

    task_run_id: str
    to: State


@dataclass(frozen=True, slots=True)
class Together(Event):
    """Several events of the same moment: all are taken in before anything follows from one of them."""

    events: tuple[Event, ...]


EVENT_TYPES: Mapping[str, type[Event]] = {
    cls.__name__: cls
    for cls in (
        ExecutionCreated,
        SlotGranted,
        SlotRefused,
        Evaluated,
        TaskStarted,
        TaskEnded,
        TimerFired,
        SubflowStarted,
        SubflowRefused,
        SubflowEnded,
        IterationEnded,
        DirectoryOpened,
        DirectoryClosed,
        OutputsRendered,
        ListenersJudged,
        KillRequested,
        ResumeRequested,
        RestartRequested,
        ContinueRequested,
        ForceRunRequested,
        UnqueueRequested,
        TaskRunChangeRequested,
        Together,
    )
}
