"""New executions that somebody asks for: of a flow, or in the place of an earlier one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from tiercel_engine.core.events import ExecutionCreated
from tiercel_engine.core.plan import make_plan
from tiercel_engine.core.records import Execution, TaskRun
from tiercel_engine.core.replaying import check_extent, failed_again, for_extent, from_task_run
from tiercel_engine.core.wishes import Breakpoint
from tiercel_engine.runtime.creation import Given, begin_execution, started_labels
from tiercel_engine.runtime.ids import new_id
from tiercel_engine.runtime.request import RunRequest
from tiercel_schemas.model import Flow

if TYPE_CHECKING:
    from tiercel_engine.runtime.engine import Engine


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


def start(engine: Engine, request: RunRequest) -> str:
    """Create an execution and let it run; returns its id.

    Raises `InputError`, `CheckError`, `NoSuchTaskError`, and `UnknownExecutionError` for what is to be reused.
    """
    execution_id = new_id()
    flow = request.flow
    old = engine.known(request.reuse) if request.reuse is not None else None
    check_extent(request.extent, make_plan(flow))
    beginning = begin_execution(
        flow,
        execution_id,
        engine.surroundings,
        engine.now(),
        inputs=Given(request.inputs, old.inputs if old is not None else {}),
        labels=started_labels(flow, request.labels, execution_id),
        trigger=request.trigger,
    )
    event = replace(
        beginning.event,
        fixtures=request.fixtures,
        breakpoints=request.breakpoints,
        extent=request.extent,
        taken=for_extent(old, request.extent, flow, execution_id) if old is not None else (),
    )
    return _begin(engine, event, beginning.ignored_inputs)


def replay(engine: Engine, old: Execution, wanted: Replay) -> str:
    """Create an execution that repeats one, and let it run; returns its id.

    Raises `InputError`, `CheckError` and `NoSuchTaskError`.
    """
    execution_id = new_id()
    flow = wanted.flow or old.flow
    taken: tuple[TaskRun, ...] = ()
    if wanted.task_run_id is not None:
        taken = from_task_run(old, wanted.task_run_id, make_plan(flow), execution_id)
    event = _repeated(engine, old, flow, execution_id, "system.replay")
    ignored: tuple[str, ...] = ()
    if wanted.inputs is not None:
        beginning = begin_execution(
            flow,
            execution_id,
            engine.surroundings,
            engine.now(),
            inputs=Given(wanted.inputs),
            labels=event.labels,
            trigger=old.trigger,
        )
        event, ignored = replace(event, inputs=beginning.event.inputs), beginning.ignored_inputs
    past = old.history if taken else ()
    variables = old.variables if taken else event.variables
    event = replace(event, taken=taken, past=past, variables=variables, breakpoints=wanted.breakpoints)
    return _begin(engine, event, ignored)


def restart_as_new(engine: Engine, old: Execution, flow: Flow) -> str:
    """Create an execution of another revision that goes on where one failed; returns its id."""
    execution_id = new_id()
    event = _repeated(engine, old, flow, execution_id, "system.restarted")
    taken = failed_again(old, make_plan(flow), execution_id)
    event = replace(event, taken=taken, past=old.history, variables=old.variables)
    return _begin(engine, event, ())


def _repeated(engine: Engine, old: Execution, flow: Flow, execution_id: str, label: str) -> ExecutionCreated:
    return ExecutionCreated(
        engine.now(),
        execution_id,
        flow,
        inputs=old.inputs,
        variables=dict(flow.variables),
        labels=tuple({**dict(old.labels), label: "true"}.items()),
        trigger=old.trigger,
        parent_id=old.id,
        original_id=old.original_id or old.id,
        attempt_number=old.attempt_number + 1,
        created_date=old.created_date,
        depth=old.depth,
        fixtures=old.fixtures,
    )


def _begin(engine: Engine, event: ExecutionCreated, ignored_inputs: tuple[str, ...]) -> str:
    engine.begin(event)
    for name in ignored_inputs:
        message = f"input '{name}' is not declared by the flow and ignored"
        notice = {"level": "WARN", "code": "unknown-input", "message": message}
        engine.emit(engine.lives[event.execution_id], "notice", notice)
    return event.execution_id
