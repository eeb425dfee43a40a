"""What one process asks of an execution that another one runs, by way of the history."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

import anyio

from tiercel_engine.core.states import State
from tiercel_engine.core.wishes import Breakpoint
from tiercel_engine.inputs import InputError
from tiercel_engine.runtime.jsonable import jsonable
from tiercel_engine.store.history import History

if TYPE_CHECKING:
    from tiercel_engine.runtime.engine import Engine

PATIENCE = 10.0
"""Seconds that an answer may take."""
_LOOKS = 0.2
"""Seconds between two looks of the process that runs executions, and of the one that waits for an answer."""


class UnknownExecutionError(LookupError):
    """There is no execution with this id, neither at work nor in the history."""


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
    """Take it out of the queue: RUNNING lets it run, any end state (CANCELLED, FAILED, KILLED) ends it."""

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
    _stop_unless_at_work(history, execution_id)
    number = history.requests.post(execution_id, _written(request))
    try:
        answer = _awaited(history, execution_id, number, patience)
    finally:
        history.requests.withdraw(number)
    if answer:
        raise RequestRefusedError(answer)


def _awaited(history: History, execution_id: str, number: int, patience: float) -> str:
    end = time.monotonic() + patience
    gone: NotAtWorkError | None = None
    while (answer := history.requests.answer_to(number)) is None:
        if gone is not None and time.monotonic() > end:
            raise gone
        if time.monotonic() > end:
            raise TimeoutError(f"the process that runs execution {execution_id} does not answer")
        if gone is None:
            try:
                _stop_unless_at_work(history, execution_id)
            except NotAtWorkError as error:
                # It may have ended because of what was asked, and be about to say so.
                gone, end = error, min(end, time.monotonic() + _LOOKS)
        time.sleep(_LOOKS / 10)
    return answer


def _stop_unless_at_work(history: History, execution_id: str) -> None:
    summary = history.summary(execution_id)
    if summary is None:
        raise UnknownExecutionError(f"no execution {execution_id}")
    if summary.interrupted:
        raise NotAtWorkError(f"execution {execution_id} was interrupted: no process runs it")
    if summary.finished:
        raise NotAtWorkError(f"execution {execution_id} has ended in {summary.state}")


def _written(request: Request) -> str:
    values: dict[str, Any] = {each.name: getattr(request, each.name) for each in fields(request)}
    if (stops := values.get("breakpoints")) is not None:
        values["breakpoints"] = [{"task_id": stop.task_id, "value": stop.value} for stop in stops]
    return json.dumps({"do": type(request).__name__, **jsonable(values)})


def _read(line: str) -> Request:
    values = json.loads(line)
    kind = _KINDS[values.pop("do")]
    if "to" in values:
        values["to"] = State(values["to"])
    if values.get("breakpoints") is not None:
        values["breakpoints"] = tuple(Breakpoint(**stop) for stop in values["breakpoints"])
    found: Request = kind(**values)
    return found


_KINDS: dict[str, Callable[..., Any]] = {kind.__name__: kind for kind in (Kill, Resume, ForceRun, Unqueue, Continue)}


async def listen(engine: Engine, history: History) -> None:
    """Do what other processes ask for, as long as the engine works."""
    mailbox = history.requests
    while True:
        await anyio.sleep(_LOOKS)
        if not mailbox.has_news():
            continue
        for letter in mailbox.unanswered(engine.lives.keys()):
            mailbox.answer(letter, perform(engine, letter.execution_id, _read(letter.line)))


def perform(engine: Engine, execution_id: str, request: Request) -> str:
    """Do what is asked of an execution at work; the text says why not, and is empty otherwise."""
    state = engine.lives[execution_id].execution.state
    fitting = _FITTING[type(request)]
    if state.terminated or (fitting and state not in fitting):
        return f"execution {execution_id} is {state}"
    try:
        _PERFORMERS[type(request)](engine, execution_id, request)
    except InputError as error:
        return str(error)
    return ""


_FITTING: Mapping[type, frozenset[State]] = {
    Kill: frozenset(),
    Resume: frozenset({State.PAUSED}),
    ForceRun: frozenset({State.CREATED, State.QUEUED, State.PAUSED, State.BREAKPOINT}),
    Unqueue: frozenset({State.QUEUED}),
    Continue: frozenset({State.BREAKPOINT}),
}
"""The states that a request needs; an empty set stands for any that is no end."""

_PERFORMERS: Mapping[type, Callable[[Engine, str, Any], None]] = {
    Kill: lambda engine, name, _: engine.kill(name),
    Resume: lambda engine, name, request: engine.resume(name, request.inputs, request.to, request.by),
    ForceRun: lambda engine, name, _: engine.force_run(name),
    Unqueue: lambda engine, name, request: engine.unqueue(name, request.to),
    Continue: lambda engine, name, request: engine.go_on(name, request.breakpoints),
}
