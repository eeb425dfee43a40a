"""What the decision asks for: work to do, questions to answer, things to tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from tiercel_engine.core.records import LoopRun
from tiercel_engine.core.states import State

Mode = Literal["text", "typed", "value", "rows", "lines"]
"""How: to text; to values, deeply; plain data with its texts rendered to text; or the records, or the plain
lines, of a stored file."""


@dataclass(frozen=True, slots=True)
class Effect:
    """Something to perform."""


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to render."""

    name: str
    template: Any
    mode: Mode = "text"


@dataclass(frozen=True, slots=True)
class Evaluate(Effect):
    """Render in the context of a task run, or of the execution; answered by `Evaluated`."""

    purpose: str
    task_run_id: str | None
    questions: tuple[Question, ...]
    item: tuple[str, int] | None = None
    """A batch of a ForEachItem, seen as `taskrun.items` and `taskrun.iteration`."""


@dataclass(frozen=True, slots=True)
class StartTask(Effect):
    """Run a leaf task; answered by `TaskStarted` and `TaskEnded`. `directory_of` names a WorkingDirectory's run."""

    task_run_id: str
    attempt: int
    directory_of: str | None = None


@dataclass(frozen=True, slots=True)
class StopTask(Effect):
    """Interrupt a leaf task; no answer is awaited unless `awaited`."""

    task_run_id: str
    awaited: bool = False


@dataclass(frozen=True, slots=True)
class StartTimer(Effect):
    """Say `TimerFired` at a date."""

    purpose: str
    task_run_id: str | None
    at: datetime
    round: int = 0


@dataclass(frozen=True, slots=True)
class StartSubflow(Effect):
    """Create an execution of another flow; answered by `SubflowStarted` or `SubflowRefused`, then `SubflowEnded`."""

    task_run_id: str
    execution_id: str
    namespace: str
    flow_id: str
    revision: int | None
    inputs: Mapping[str, Any]
    labels: tuple[tuple[str, str], ...]
    trigger_variables: Mapping[str, Any]
    wait: bool = True
    batch: int | None = None
    """Which batch of a ForEachItem it is for."""
    schedule_date: datetime | None = None
    """Nothing of it begins before."""


@dataclass(frozen=True, slots=True)
class StartIteration(Effect):
    """Create the execution of one iteration of a Loop; answered by `IterationEnded`."""

    task_run_id: str
    execution_id: str
    loop_run: LoopRun
    store: bool = False
    """Whether its outputs go to a file."""


@dataclass(frozen=True, slots=True)
class StartReplay(Effect):
    """Create a new execution of the same flow with the same inputs, as a retry."""

    execution_id: str
    attempt_number: int


@dataclass(frozen=True, slots=True)
class StopExecution(Effect):
    """Kill a child execution."""

    execution_id: str


@dataclass(frozen=True, slots=True)
class RestartExecution(Effect):
    """Restart a child execution; tell of its end again when it needs none, or do the other thing if it is gone."""

    execution_id: str
    otherwise: Effect | None = None


@dataclass(frozen=True, slots=True)
class OpenDirectory(Effect):
    """Make the directory of a WorkingDirectory; answered by `DirectoryOpened`."""

    task_run_id: str


@dataclass(frozen=True, slots=True)
class CloseDirectory(Effect):
    """Collect its files and remove it; answered by `DirectoryClosed`."""

    task_run_id: str


@dataclass(frozen=True, slots=True)
class RenderOutputs(Effect):
    """Render the outputs of the flow, or of the iteration; answered by `OutputsRendered`."""


@dataclass(frozen=True, slots=True)
class Announce(Effect):
    """Let those who wait for an execution of this flow hear of the state that it has reached."""


@dataclass(frozen=True, slots=True)
class JudgeListeners(Effect):
    """Look which of the flow's listeners (1.3) want to run; answered by `ListenersJudged`."""


@dataclass(frozen=True, slots=True)
class RequestSlot(Effect):
    """Ask for a place among the running executions of the flow; answered by `SlotGranted` or `SlotRefused`."""


@dataclass(frozen=True, slots=True)
class Finish(Effect):
    """The execution has come to its end."""


@dataclass(frozen=True, slots=True)
class Report(Effect):
    """A line of the event stream (`docs/events.md`): its kind and what it holds besides time and execution."""

    kind: str
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WriteLog(Effect):
    """A log entry that the engine itself writes."""

    level: str
    message: str
    task_run_id: str | None = None
    attempt: int = 0


def state_report(state: State) -> Report:
    """The line that says an execution's new state."""
    return Report("execution.state", {"state": state.value})
