"""What asks a run to end from outside: signals, a parent that is gone, and nobody who reads."""

from __future__ import annotations

import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import anyio
import anyio.abc

from tiercel_engine.runners.process import kill_running
from tiercel_engine.runtime.engine import Engine
from tiercel_engine.runtime.parent import parent_gone
from tiercel_engine.runtime.request import OnEvent

_HANG_UP: Final = getattr(signal, "SIGHUP", None)


class Stop:
    """Kills an execution when it is first asked to, and leaves at once the second time."""

    def __init__(self, group: anyio.abc.TaskGroup) -> None:
        self._group = group
        self._started: tuple[Engine, str] | None = None
        self._noted = False
        self._asked = False
        self._unheard = False

    def started(self, engine: Engine, execution_id: str) -> None:
        """Say what is to be killed."""
        self._started = (engine, execution_id)

    def heard_by(self, on_event: OnEvent) -> OnEvent:
        """The same listener; when it can't write any more, nobody follows the run, and it is killed."""

        def tell(line: Any) -> None:
            try:
                on_event(line)
            except OSError:
                if not self._unheard:
                    self._unheard = True
                    self._group.start_soon(self.hang_up)

        return tell

    def note_signal(self, *_: Any) -> None:
        """Note a signal while it arrives, so that what is decided before the loop hears of it knows already."""
        if self._started is not None and not self._noted:
            self._noted = True
            engine, execution_id = self._started
            engine.kill_soon(execution_id)

    async def hang_up(self) -> None:
        """Kill; asking so again is no second request, because closing a terminal does it more than once."""
        self._unheard = True
        if not self._asked:
            self.ask()

    def ask(self) -> None:
        """Kill; the second time, or before anything has started, leave."""
        if self._started is None or self._asked:
            # A KeyboardInterrupt raised here would tear the loop down before processes are ended.
            self._group.cancel_scope.cancel()
            kill_running()
            return
        self._asked = True
        self.note_signal()
        self._started[0].take_kills()


@asynccontextmanager
async def stoppable() -> AsyncIterator[Stop]:
    """Listens while the block runs; leaving cancels the block. What the block raises comes as it is."""
    ready = anyio.Event()
    try:
        async with anyio.create_task_group() as group:
            stop = Stop(group)
            group.start_soon(_listen, stop, ready)
            group.start_soon(_follow_parent, stop)
            await ready.wait()
            yield stop
            group.cancel_scope.cancel()
    except BaseExceptionGroup as errors:
        raise _first(errors) from None


async def _listen(stop: Stop, ready: anyio.Event) -> None:
    """Signals can be received in the main thread of systems that have them; elsewhere nothing listens."""
    numbers = [signal.SIGINT, signal.SIGTERM]
    if _HANG_UP is not None and signal.getsignal(_HANG_UP) is not signal.SIG_IGN:  # nohup has it ignored
        numbers.append(_HANG_UP)
    hung_up = False
    try:
        with anyio.open_signal_receiver(*numbers) as signals:
            for number in numbers:
                signal.signal(number, stop.note_signal)
            ready.set()
            async for number in signals:
                if number == _HANG_UP:
                    hung_up = True
                    await stop.hang_up()
                else:
                    stop.ask()
    except (NotImplementedError, ValueError, RuntimeError):
        ready.set()
    finally:
        if hung_up and _HANG_UP is not None:
            # A terminal that closes sends it again, perhaps only while what was run is being put away.
            signal.signal(_HANG_UP, signal.SIG_IGN)


async def _follow_parent(stop: Stop) -> None:
    await parent_gone()
    await stop.hang_up()


def _first(errors: BaseExceptionGroup) -> BaseException:
    found: BaseException = errors
    while isinstance(found, BaseExceptionGroup):
        found = found.exceptions[0]
    return found
