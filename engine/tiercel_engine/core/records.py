"""The records of a run: executions, task runs, attempts. Frozen, and cheap to change one at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from rpds import HashTrieMap

from tiercel_engine.core.plan import Plan
from tiercel_engine.core.states import State
from tiercel_engine.core.wishes import WHOLE, Breakpoint, Extent, Fixture
from tiercel_schemas.model import Flow


@dataclass(frozen=True, slots=True)
class StateChange:
    """A state and since when."""

    state: State
    date: datetime


History = tuple[StateChange, ...]


class Stage(StrEnum):
    """Which of its lists a flowable, or the flow, is at."""

    MAIN = "MAIN"
    ERRORS = "ERRORS"
    FINALLY = "FINALLY"
    AFTER = "AFTER"
    DONE = "DONE"


@dataclass(frozen=True, slots=True)
class Scope:
    """How far the lists of a flowable, or of the flow, have come."""

    branch: str = "tasks"
    """The list that is its main work."""
    stage: Stage = Stage.MAIN
    cursor: int = 0
    """The next task of the current list."""
    live: int = 0
    """Children of the current list that have not ended."""
    retrying: int = 0
    """Of these, the ones that wait for another attempt."""
    strays: int = 0
    """Main children still at work after the stage has moved on."""
    stopped: bool = False
    """Nothing new may start here: the execution is being killed, or has been left by Exit."""
    worst: State = State.SUCCESS
    """The strongest end among main children so far."""
    failed: bool = False
    """A main child has failed for good."""
    data: Any = None
    """What only its kind knows: values, groups, dependencies met."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try of a task run."""

    history: History

    @property
    def state(self) -> State:
        """Where the try stands."""
        return self.history[-1].state


@dataclass(frozen=True, slots=True)
class TaskRun:
    """A task at work, once per value."""

    id: str
    task_id: str
    number: int
    """Order of creation in the execution."""
    history: History
    parent_id: str | None = None
    place: Stage | None = Stage.MAIN
    """The stage of the parent that it belongs to; None for a run that nobody waits for."""
    value: str | None = None
    iteration: int | None = None
    attempts: tuple[Attempt, ...] = ()
    outputs: Mapping[str, Any] = field(default_factory=dict)
    scope: Scope | None = None
    twin: bool = False
    """The second run that 2.0 makes of a task whose retries are used up."""

    @property
    def state(self) -> State:
        """Where it stands."""
        return self.history[-1].state

    @property
    def start_date(self) -> datetime:
        """When it was created."""
        return self.history[0].date


@dataclass(frozen=True, slots=True)
class LoopRun:
    """What an execution that is one iteration of a Loop knows of it."""

    task_id: str
    index: int
    value: str
    key: str | None = None
    parents: tuple[Mapping[str, Any], ...] = ()
    """The items of enclosing loops, the nearest first."""
    task_run_id: str = ""
    size: int = 0
    hollow: bool = False
    """It runs none of its tasks: the iteration that 2.0 begins after the first of a skipped Loop."""


@dataclass(frozen=True, slots=True)
class Trigger:
    """What started an execution."""

    id: str
    type: str
    variables: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Execution:
    """One run of a flow, or of one iteration of a Loop."""

    id: str
    flow: Flow
    plan: Plan
    history: History
    root: Scope
    task_runs: HashTrieMap[str, TaskRun] = field(default_factory=HashTrieMap)
    inputs: Mapping[str, Any] = field(default_factory=dict)
    outputs: Mapping[str, Any] = field(default_factory=dict)
    variables: Mapping[str, Any] = field(default_factory=dict)
    labels: tuple[tuple[str, str], ...] = ()
    trigger: Trigger | None = None
    parent_id: str | None = None
    original_id: str | None = None
    kind: str | None = None
    loop_run: LoopRun | None = None
    attempt_number: int = 1
    created_date: datetime | None = None
    """When the first of its attempts was created."""
    depth: int = 0
    """Subflows above it."""
    next_number: int = 0
    """Counts task runs and executions made, for their order and ids."""
    busy: int = 0
    """Leaf tasks at work or handed out."""
    paused: int = 0
    """Task runs that are PAUSED."""
    exit_state: State | None = None
    """Set by Exit, or by a service level: the end, whatever the tasks say."""
    gated: tuple[tuple[str, str | None], ...] | None = None
    """What waits until the service levels have been looked at; None when nothing waits."""
    open_questions: int = 0
    """Expressions of task runs that are being rendered."""
    deferred: tuple[tuple[str, str | None], ...] = ()
    """What waits for their answers, so that all begin level by level, in order."""
    held: tuple[str, ...] = ()
    """Task runs of the flow itself that have ended, while what comes after them waits for their second run."""
    after_seen: State | None = None
    """The end state that a retry showed, by which the tasks of afterExecution have begun already."""
    violated: bool = False
    """A service level has put an end to it."""
    noted_sla: tuple[str, ...] = ()
    """Service levels missed so far."""
    concluded: bool = False
    """The end state has been said; afterExecution follows."""
    end_state: State | None = None
    """What it was, for when a retry after the end has hidden it."""
    sealed: bool = False
    """The end has been said; nothing follows but a restart."""
    killing: bool = False
    fixtures: tuple[Fixture, ...] = ()
    breakpoints: tuple[Breakpoint, ...] = ()
    extent: Extent = WHOLE
    schedule_date: datetime | None = None
    took_over: bool = False
    """It began with task runs of an earlier execution."""

    @property
    def state(self) -> State:
        """Where it stands."""
        return self.history[-1].state

    @property
    def start_date(self) -> datetime:
        """When it was created."""
        return self.history[0].date

    @property
    def has_outputs(self) -> bool:
        """Whether the flow, or the Loop for an iteration, declares outputs."""
        if self.extent.last is not None or self.extent.only is not None:
            return False
        if self.loop_run is None:
            return bool(self.flow.outputs)
        loop = self.plan.tasks[self.loop_run.task_id].task
        return bool(getattr(loop, "outputs", ()))

    def ordered_task_runs(self) -> list[TaskRun]:
        """All task runs, in the order of creation."""
        return sorted(self.task_runs.values(), key=lambda run: run.number)

    def ancestors(self, run: TaskRun) -> Iterator[TaskRun]:
        """The task runs around one, the nearest first."""
        parent_id = run.parent_id
        while parent_id is not None:
            parent = self.task_runs[parent_id]
            yield parent
            parent_id = parent.parent_id
