"""Running one execution to its end."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import anyio

from tiercel_engine.core.records import Execution
from tiercel_engine.runtime.engine import Engine
from tiercel_engine.runtime.request import OnEvent, RunRequest, ignore
from tiercel_engine.runtime.stopping import stoppable

OnStarted = Callable[[Engine, str], None]


async def run_flow_async(
    request: RunRequest,
    on_event: OnEvent = ignore,
    on_started: OnStarted | None = None,
) -> Execution:
    """Run a flow to its end, with all executions that it starts; cancelling stops everything at once.

    `on_started` gets the engine and the execution's id, for kill and resume. Raises `InputError` and `CheckError`.
    """
    async with Engine(request.surroundings, on_event) as engine:
        execution_id = engine.start_request(request)
        return await to_the_end(engine, execution_id, on_started)


async def to_the_end(engine: Engine, execution_id: str, on_started: OnStarted | None) -> Execution:
    """The execution once it, and all that it started, has ended."""
    if on_started is not None:
        on_started(engine, execution_id)
    execution = await engine.wait(execution_id)
    await engine.wait_all()
    return execution


def run_flow(request: RunRequest, on_event: OnEvent = ignore) -> Execution:
    """As `run_flow_async`, from code that is not async. Ctrl-C once kills the execution, twice leaves.

    So do SIGTERM, and once and for all SIGHUP, the end of the process that `TIERCEL_PARENT_PID` names, and an
    `on_event` that raises OSError. Raises `KeyboardInterrupt` after the second Ctrl-C, `InputError` and `CheckError`.
    """
    return interruptible(on_event, lambda tell, on_started: run_flow_async(request, tell, on_started))


def interruptible(on_event: OnEvent, run: Callable[[OnEvent, OnStarted], Awaitable[Execution]]) -> Execution:
    """Run from code that is not async; signals and what else asks for an end are heard."""
    ended: list[Execution] = []

    async def main() -> None:
        async with stoppable() as stop:
            ended.append(await run(stop.heard_by(on_event), stop.started))

    anyio.run(main)
    if not ended:
        raise KeyboardInterrupt
    return ended[0]
