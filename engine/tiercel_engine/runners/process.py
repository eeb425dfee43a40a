"""Commands as plain child processes: their own process group, streamed output, all of it gone when cancelled."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import anyio
import anyio.lowlevel
from anyio.abc import ByteReceiveStream, Process

from tiercel_engine.runners.family import Family
from tiercel_engine.runners.lines import LineSplitter

KILL_GRACE = 3.0
"""Seconds between asking a process group to end and killing it."""
DRAIN_GRACE = 1.0
"""Seconds to wait for the output of children that outlive their command."""


@dataclass(frozen=True, slots=True)
class Command:
    """What to run: arguments (the first is the program), where, and with which environment (all of it).

    When it is killed its children are told first, and it has `last_words` seconds to say something about that.
    """

    arguments: Sequence[str]
    directory: Path
    environment: Mapping[str, str]
    last_words: float = 0.0


class CommandNotStarted(Exception):  # noqa: N818
    """The program could not be started; its text says why."""


@dataclass(frozen=True, slots=True)
class Listener:
    """Who hears of a process: its start (with the pid), each line, and that it is about to be killed."""

    started: Callable[[int], None]
    line: Callable[[str, bool], None]
    """The line without its end, and whether it came from standard error."""
    killing: Callable[[int], None]


async def run_process(command: Command, listener: Listener) -> int:
    """Run a command to its end; returns the exit code.

    Text is read as UTF-8, bytes that are none are replaced. When the surrounding scope is cancelled the whole
    process group ends, with descendants that have left it where `Family` knows them. Children left behind by a
    command that has ended are killed too, once they had a moment to finish writing. Raises `CommandNotStarted`.
    """
    process = await _start(command)
    family = Family(process)
    _running.add(family)
    try:
        listener.started(process.pid)
        exit_code = await _attended(process, listener)
    except BaseException:
        if process.returncode is None:
            listener.killing(process.pid)
            with anyio.CancelScope(shield=True), anyio.move_on_after(command.last_words):
                family.signal_children(signal.SIGTERM)
                await _attended(process, listener)
        raise
    finally:
        with anyio.CancelScope(shield=True):
            await _end_family(process, family)
        _running.discard(family)
    return exit_code


def kill_running() -> None:
    """Kill all processes of commands at work, with no time to say or to clean up anything."""
    for family in tuple(_running):
        family.signal_all(_KILL)
    for kill in tuple(_elsewhere):
        kill()


def at_work_elsewhere(kill: Callable[[], None]) -> Callable[[], None]:
    """Have `kill_running` call `kill` too, for commands that are no child processes; gives what takes that back."""
    _elsewhere.add(kill)
    return lambda: _elsewhere.discard(kill)


_running: set[Family] = set()
_elsewhere: set[Callable[[], None]] = set()


async def _attended(process: Process, listener: Listener) -> int:
    async with anyio.create_task_group() as readers:
        for stream, is_error in ((process.stdout, False), (process.stderr, True)):
            if stream is not None:
                readers.start_soon(_read_lines, stream, is_error, listener.line)
        exit_code = await process.wait()
        readers.cancel_scope.deadline = anyio.current_time() + DRAIN_GRACE
    return exit_code


async def _start(command: Command) -> Process:
    flags = {"start_new_session": True} if os.name == "posix" else {"creationflags": _NEW_GROUP}
    try:
        return await anyio.open_process(
            list(command.arguments),
            stdin=subprocess.DEVNULL,
            cwd=command.directory,
            env=dict(command.environment),
            **flags,
        )
    except (OSError, ValueError) as error:
        raise CommandNotStarted(f"Cannot run program {command.arguments[0]!r}: {error}") from error


_NEW_GROUP = 0x00000200  # CREATE_NEW_PROCESS_GROUP, which only Windows' subprocess module names


async def _read_lines(stream: ByteReceiveStream, is_error: bool, hand_on: Callable[[str, bool], None]) -> None:  # noqa: FBT001
    splitter = LineSplitter(lambda line: hand_on(line, is_error))
    try:
        async for chunk in stream:
            splitter.feed(chunk)
            # Whoever waits for the loop gets its turn, however much there is to read.
            await anyio.lowlevel.checkpoint()
    except anyio.ClosedResourceError:
        pass
    finally:
        splitter.end()


async def _end_family(process: Process, family: Family) -> None:
    try:
        if process.returncode is None:
            family.signal_all(signal.SIGTERM)
            with anyio.move_on_after(KILL_GRACE):
                await process.wait()
    finally:
        # Also when the loop itself is torn down in the middle of the wait: nothing may be left behind.
        family.signal_all(_KILL)
    await process.wait()
    await process.aclose()


_KILL = signal.SIGKILL if sys.platform != "win32" else signal.SIGTERM
