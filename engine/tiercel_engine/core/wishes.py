"""What whoever starts an execution may ask for besides inputs: a part of the flow, stand-ins for tasks, stops."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tiercel_engine.core.states import State


@dataclass(frozen=True, slots=True)
class Fixture:
    """What stands in for a task: it does not run, but is at once in a state, with outputs."""

    task_id: str
    value: str | None = None
    """Only the run of this value of a 1.3 loop; without it, runs without a value."""
    state: State = State.SUCCESS
    outputs: Mapping[str, Any] = field(default_factory=dict)
    """Plain data whose texts are templates, rendered in the context of the execution."""
    every: bool = False
    """For runs of any value, and those without one; what names a value comes first."""


@dataclass(frozen=True, slots=True)
class Breakpoint:
    """The execution stops before this task, or before its run for one value."""

    task_id: str
    value: str | None = None


@dataclass(frozen=True, slots=True)
class Extent:
    """Which part of a flow runs; all of it where nothing is said. The tasks are named by their ids."""

    first: str | None = None
    """Nothing before this task runs: what is there is taken from an earlier execution."""
    last: str | None = None
    """Nothing after this task runs, but for `errors`, `finally` and `afterExecution`; no flow outputs are made."""
    only: str | None = None
    """Only this task runs, with what it holds, as if it stood alone in the flow."""


WHOLE = Extent()
