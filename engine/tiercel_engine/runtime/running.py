"""Running one execution to its end."""

from __future__ import annotations

import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import anyio

from tiercel_engine.core.records import Execution
from tiercel_engine.runtime.engine import Engine
from tiercel_engine.runtime.request import OnEvent, RunRequest, Surroundings, ignore

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
        execution_id = engine.start(request.flow, request.inputs, request.labels, request.trigger)
        return await _to_the_end(engine, execution_id, on_started)


async def restart_flow_async(
    execution_id: str,
    surroundings: Surroundings,
    on_event: OnEvent = ignore,
    on_started: OnStarted | None = None,
) -> Execution:
    """Restart an execution of the history and run it to its end; raises `UnknownExecutionError`.

    One that ended in SUCCESS or WARNING must not be given: nothing of it runs again, so it has no new end.
    """
    async with Engine(surroundings, on_event) as engine:
        engine.restart(execution_id)
        return await _to_the_end(engine, execution_id, on_started)


async def _to_the_end(engine: Engine, execution_id: str, on_started: OnStarted | None) -> Execution:
    if on_started is not None:
        on_started(engine, execution_id)
    execution = await engine.wait(execution_id)
    await engine.wait_all()
    return execution


def run_flow(request: RunRequest, on_event: OnEvent = ignore) -> Execution:
    """As `run_flow_async`, from code that is not async. Ctrl-C once kills the execution, twice leaves.

    Raises `KeyboardInterrupt` after the second Ctrl-C, `InputError` and `CheckError`.
    """
    return _interruptible(lambda on_started: run_flow_async(request, on_event, on_started))


def restart_flow(execution_id: str, surroundings: Surroundings, on_event: OnEvent = ignore) -> Execution:
    """As `restart_flow_async`, from code that is not async. Ctrl-C once kills the execution, twice leaves.

    Raises `KeyboardInterrupt` after the second Ctrl-C, and `UnknownExecutionError`.
    """
    return _interruptible(lambda on_started: restart_flow_async(execution_id, surroundings, on_event, on_started))


def _interruptible(run: Callable[[OnStarted], Awaitable[Execution]]) -> Execution:
    ended: list[Execution] = []

    async def main() -> None:
        async with _interrupts() as on_started:
            ended.append(await run(on_started))

    anyio.run(main)
    if not ended:
        raise KeyboardInterrupt
    return ended[0]


@asynccontextmanager
async def _interrupts() -> AsyncIterator[OnStarted]:
    """Gives what to tell the engine to; from then on the first Ctrl-C kills, the second cancels what is within."""
    started: list[tuple[Engine, str]] = []

    async def listen() -> None:
        with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
            ready.set()
            count = 0
            async for _ in signals:
                count += 1
                if count == 1 and started:
                    engine, execution_id = started[0]
                    engine.kill(execution_id)
                else:
                    # A KeyboardInterrupt raised here would tear the loop down before processes are ended.
                    group.cancel_scope.cancel()

    ready = anyio.Event()
    try:
        async with anyio.create_task_group() as group:
            group.start_soon(_listen_where_possible, listen, ready)
            await ready.wait()
            yield lambda engine, execution_id: started.append((engine, execution_id))
            group.cancel_scope.cancel()
    except BaseExceptionGroup as errors:
        raise _first(errors) from None


async def _listen_where_possible(listen: Callable[[], object], ready: anyio.Event) -> None:
    """Signals can be received in the main thread of systems that have them; elsewhere nothing listens."""
    try:
        await listen()  # type: ignore[misc]
    except (NotImplementedError, ValueError, RuntimeError):
        ready.set()


def _first(errors: BaseExceptionGroup) -> BaseException:
    found: BaseException = errors
    while isinstance(found, BaseExceptionGroup):
        found = found.exceptions[0]
    return found
