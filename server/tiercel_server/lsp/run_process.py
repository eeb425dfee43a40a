"""The child process that executes a flow, and its end."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
import tempfile
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

GRACE = 5.0
"""Seconds that a child has to end its own children before it is killed."""
_PARENT_VARIABLE = "TIERCEL_PARENT_PID"  # tiercel_engine.runtime.parent names it too, and takes long to import.
_LONGEST_LINE = 64 * 1024 * 1024
_STDERR_KEPT = 8_000
_COMPLAINT_LINES = 10


@dataclass(frozen=True, slots=True)
class RunPart:
    """Which part of a flow runs: up to a task, from one on, or it alone; `reuse` is the execution that lends the rest.

    What is "" is not asked for.
    """

    to: str = ""
    start: str = ""
    task: str = ""
    reuse: str = ""

    def flags(self) -> list[str]:
        """The part as `tiercel run` takes it."""
        given = (("--to", self.to), ("--from", self.start), ("--task", self.task), ("--reuse", self.reuse))
        return [word for flag, value in given if value for word in (flag, value)]

    @property
    def title(self) -> str:
        """What is run, behind the flow's name."""
        if self.task:
            return f", only {self.task}"
        return (f", from {self.start}" if self.start else "") + (f", to {self.to}" if self.to else "")


WHOLE = RunPart()


class Order(Protocol):
    """What a child is to do: with which text on its standard input, in which folder, by which command line."""

    @property
    def text(self) -> str:
        """What it reads."""
        ...

    @property
    def folder(self) -> Path | None:
        """Where it works."""
        ...

    def command(self) -> list[str]:
        """Its command line."""
        ...


@dataclass(frozen=True, slots=True)
class RunOrder:
    """What to run: the flow's text as it stands in the editor, its inputs (JSON values), and where."""

    text: str
    kestra_version: str
    folder: Path | None = None
    workspace: Path | None = None
    inputs: Mapping[str, Any] = field(default_factory=dict)
    part: RunPart = WHOLE

    def command(self) -> list[str]:
        """The command line of the child."""
        command = [sys.executable, "-P", "-m", "tiercel_server", "run", "-", "--format", "jsonl"]
        command += ["--kestra-version", self.kestra_version]
        if self.workspace is not None:
            command += ["--workspace", str(self.workspace)]
        return command + self.part.flags()

    def input_texts(self) -> dict[str, str]:
        """The inputs as `--input` takes them."""
        return {name: value if isinstance(value, str) else json.dumps(value) for name, value in self.inputs.items()}


@contextlib.contextmanager
def _handed_over(inputs: Mapping[str, str]) -> Iterator[tuple[list[str], dict[str, Any]]]:
    """The flags and options that give inputs to a child: by a file without a name, where the system has such."""
    if os.name != "posix":
        flags = [word for name, value in inputs.items() for word in ("--input", f"{name}={value}")]
        yield flags, {"creationflags": 0x200}
        return
    if not inputs:
        yield [], {"start_new_session": True}
        return
    with tempfile.TemporaryFile() as file:
        file.write(json.dumps(inputs).encode())
        file.seek(0)
        descriptor = file.fileno()
        yield (
            ["--inputs-file", f"/dev/fd/{descriptor}"],
            {"start_new_session": True, "pass_fds": (descriptor,)},
        )


class RunProcess:
    """One child. It leads a process group of its own, so that all of it can be ended."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._stderr = b""
        self._reading = asyncio.create_task(self._read_stderr())

    @classmethod
    async def start(cls, order: Order, inputs: Mapping[str, str] | None = None) -> RunProcess:
        """Start the child and hand it the text, and inputs where it takes some.

        Raises OSError when there can be no process. Inputs may be secrets: whoever lists processes doesn't see them.
        """
        with _handed_over(inputs or {}) as (flags, options):
            process = await cls._begin(order, flags, options)
        assert process.stdin is not None
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            process.stdin.write(order.text.encode("utf-8", "replace"))
            await process.stdin.drain()
        process.stdin.close()
        return cls(process)

    @classmethod
    async def _begin(cls, order: Order, flags: list[str], options: dict[str, Any]) -> Process:
        return await asyncio.create_subprocess_exec(
            *order.command(),
            *flags,
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            cwd=str(order.folder) if order.folder is not None and order.folder.is_dir() else None,
            limit=_LONGEST_LINE,
            env={**os.environ, _PARENT_VARIABLE: str(os.getpid())},
            **options,
        )

    async def events(self) -> AsyncIterator[dict[str, Any]]:
        """The events that the child prints; lines that are none are passed over."""
        assert self._process.stdout is not None
        while True:
            try:
                line = await self._process.stdout.readline()
            except ValueError:
                continue  # Longer than any event may be; the rest of it is no event either.
            if not line:
                return
            with contextlib.suppress(ValueError):
                event = json.loads(line)
                if isinstance(event, dict):
                    yield event

    async def ended(self) -> int:
        """Wait for the end; the exit code."""
        code = await self._process.wait()
        await self._reading
        return code

    @property
    def complaint(self) -> str:
        """The end of what the child wrote to its standard error; of a traceback its last line."""
        lines = self._stderr.decode("utf-8", "replace").strip().splitlines()
        is_traceback = any(line.startswith("Traceback ") for line in lines)
        return "\n".join(lines[-1:] if is_traceback else lines[-_COMPLAINT_LINES:])

    async def cancel(self) -> None:
        """Ask the child to end what it started, and kill it when it doesn't in time."""
        self._signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(asyncio.shield(self._process.wait()), GRACE)
        except TimeoutError:
            self.kill()

    def kill(self) -> None:
        """End the child's whole group at once."""
        self._signal(getattr(signal, "SIGKILL", signal.SIGTERM))

    def terminate(self) -> None:
        """Ask the child to end, without waiting."""
        self._signal(signal.SIGTERM)

    def _signal(self, number: int) -> None:
        if self._process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if os.name == "posix":
                os.killpg(self._process.pid, number)
            else:
                self._process.terminate()

    async def _read_stderr(self) -> None:
        assert self._process.stderr is not None
        while chunk := await self._process.stderr.read(4096):
            self._stderr = (self._stderr + chunk)[-_STDERR_KEPT:]
