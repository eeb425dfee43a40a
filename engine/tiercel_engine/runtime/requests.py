"""What one process asks of an execution that another one runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tiercel_engine.core.states import State
from tiercel_engine.core.wishes import Breakpoint
from tiercel_engine.store.history import History

PATIENCE = 10.0
"""Seconds that an answer may take."""


class NotAtWorkError(LookupError):
    """No process runs the execution: it has ended, or its process has."""


class RequestRefusedError(Exception):
    """The process that runs the execution refuses; the text says why."""


@dataclass(frozen=True, slots=True)
class Kill:
    """Stop it, as the first Ctrl-C does."""


@dataclass(frozen=True, slots=True)
class Resume:
    """Let the first paused Pause go on; `inputs` are raw values for its `onResume`, texts or native."""

    inputs: Mapping[str, Any] = field(default_factory=dict)
    to: State = State.SUCCESS
    by: str | None = None


@dataclass(frozen=True, slots=True)
class ForceRun:
    """Run although its flow's concurrency or its date says to wait; a paused one goes on."""


@dataclass(frozen=True, slots=True)
class Unqueue:
    """Take it out of the queue: RUNNING lets it run, any other end state (CANCELLED, FAILED, KILLED) ends it."""

    to: State = State.RUNNING


@dataclass(frozen=True, slots=True)
class Continue:
    """Go on from a breakpoint; `breakpoints` take the place of those it had, None keeps them."""

    breakpoints: tuple[Breakpoint, ...] | None = None


Request = Kill | Resume | ForceRun | Unqueue | Continue


def ask(history: History, execution_id: str, request: Request, patience: float = PATIENCE) -> None:
    """Ask the process that runs an execution, and wait for its answer.

    Raises `UnknownExecutionError`, `NotAtWorkError` when no process runs it, `RequestRefusedError` when the request
    does not fit the execution's state or its inputs are wrong, and `TimeoutError` when no answer comes.
    """
    raise NotImplementedError
