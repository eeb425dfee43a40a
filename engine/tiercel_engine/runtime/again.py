"""Executions of the history taken up again: replayed, resumed, killed, put right by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tiercel_engine.core.records import Execution
from tiercel_engine.core.states import State
from tiercel_engine.core.wishes import Breakpoint
from tiercel_engine.runtime.request import OnEvent, Surroundings, ignore
from tiercel_engine.runtime.requests import Resume
from tiercel_schemas.model import Flow


class NotPossibleError(Exception):
    """What is asked for does not fit the execution's state; the text says why."""


@dataclass(frozen=True, slots=True)
class Replay:
    """How a replay differs from the execution that it repeats."""

    task_run_id: str | None = None
    """Where it begins: what ran before is taken over; None begins at the start."""
    flow: Flow | None = None
    """Another revision of the flow; None takes the one that the execution ran."""
    inputs: Mapping[str, Any] | None = None
    """Raw inputs as for a run, all of them; None takes over those of the execution."""
    breakpoints: tuple[Breakpoint, ...] = ()


def replay_flow(
    execution_id: str, surroundings: Surroundings, on_event: OnEvent = ignore, replay: Replay | None = None
) -> Execution:
    """Run a terminated execution of the history again, as a new one, to its end; interrupted as `run_flow`.

    Raises `UnknownExecutionError`, `NotPossibleError`, `InputError` and `CheckError`.
    """
    raise NotImplementedError


def resume_flow(
    execution_id: str, surroundings: Surroundings, on_event: OnEvent = ignore, resume: Resume | None = None
) -> Execution:
    """Let a paused execution whose process is gone go on in this one, to its end or its next pause's end.

    One at work in another process is asked with `requests.ask`. Raises `UnknownExecutionError`, `NotPossibleError`
    and `InputError`.
    """
    raise NotImplementedError


def kill_flow(execution_id: str, surroundings: Surroundings, on_event: OnEvent = ignore) -> Execution:
    """Let an execution that was cut off end as KILLED; raises `UnknownExecutionError` and `NotPossibleError`."""
    raise NotImplementedError


def change_task_run(
    execution_id: str, task_run_id: str, state: State, surroundings: Surroundings, on_event: OnEvent = ignore
) -> Execution:
    """Give a task run of a terminated execution another end state, and run from there to the end.

    Raises `UnknownExecutionError` and `NotPossibleError`.
    """
    raise NotImplementedError
