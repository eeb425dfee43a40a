"""Where script tasks run, and what an author is told when that is not where Kestra would run them.

Kestra runs a script task in a Docker container unless the task names the Process runner. Here the default is
AUTO: a task that asks for a container gets one where a Docker daemon answers. Where none does it runs as a plain
process, with a notice that names the interpreter, as long as the interpreter is there. A flow that can be tried at
once is worth more on a laptop than one that stops for want of a daemon; nothing is hidden, since each such task is
named before the run.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from tiercel_engine.runners.docker.daemon import Daemon, NoDaemon, find_daemon

PROCESS_RUNNERS = frozenset({"io.kestra.plugin.core.runner.Process", "io.kestra.core.runners.Process"})
DOCKER_RUNNER = "io.kestra.plugin.scripts.runner.docker.Docker"
DOCKER_RUNNERS = frozenset({DOCKER_RUNNER, "io.kestra.plugin.scripts.runner.docker.DockerTaskRunner"})
WAYS_OUT = (
    "run it as a plain process with `--runner process` or `run.runner: process` in tiercel.yaml, or all tasks of its "
    "kind with `run.runners`"
)


class RunnerMode(StrEnum):
    """What `--runner`, `run.runner` and `run.runners` say: as the task asks where possible, else a process, or one."""

    AUTO = "auto"
    PROCESS = "process"
    DOCKER = "docker"


@dataclass(frozen=True, slots=True)
class RunnerChoice:
    """How a task is to run: not at all (`refusal`), in a container of `daemon`, or as a process where that is None.

    `notice` says what differs from what the task asks for.
    """

    notice: str | None = None
    refusal: str | None = None
    daemon: str | None = None


@dataclass(frozen=True, slots=True)
class RunnerPolicy:
    """Decides for each script task.

    `find_program` looks a program up on the PATH, `find_daemon` a Docker daemon (at the address given, else this
    machine's). Containers get volumes of this machine, or all of its rights, only where the project allows it.
    """

    mode: RunnerMode = RunnerMode.AUTO
    find_program: Callable[[str], str | None] = shutil.which
    find_daemon: Callable[[str | None], Daemon | NoDaemon] = find_daemon
    allows_volumes: bool = False
    allows_privileged: bool = False
    modes: Mapping[str, RunnerMode] = field(default_factory=dict)
    """Other modes for task types, or for all whose names begin so; the longest name counts."""

    def choose(
        self, runner_type: str | None, interpreter: str, host: str | None = None, task_type: str = ""
    ) -> RunnerChoice:
        """The way for a task that names `runner_type` (None: Kestra's default, Docker) with the daemon at `host`."""
        mode = self._mode_of(task_type)
        asked = runner_type or DOCKER_RUNNER
        if asked in PROCESS_RUNNERS:
            return self._as_process(None, interpreter)
        short = asked.rpartition(".")[2]
        if mode is RunnerMode.PROCESS:
            return self._as_process(f"asks for the {short} runner; runs here as a plain process", interpreter)
        daemon = self.find_daemon(host)
        if isinstance(daemon, Daemon):
            replaced = asked not in DOCKER_RUNNERS
            notice = f"asks for the {short} runner; runs here in a Docker container" if replaced else None
            return RunnerChoice(notice=notice, daemon=daemon.host)
        if mode is RunnerMode.DOCKER:
            return RunnerChoice(refusal=f"it asks for the {short} runner, but {daemon.reason}; {WAYS_OUT}")
        notice = f"asks for the {short} runner, but {daemon.reason}; runs here as a plain process"
        return self._as_process(notice, interpreter)

    def _mode_of(self, task_type: str) -> RunnerMode:
        fitting = [name for name in self.modes if task_type == name or task_type.startswith(f"{name}.")]
        return self.modes[max(fitting, key=len)] if fitting else self.mode

    def _as_process(self, notice: str | None, interpreter: str) -> RunnerChoice:
        found = self.find_program(interpreter)
        if found is None:
            return RunnerChoice(
                refusal=f"its interpreter {interpreter!r} is not on the PATH; install it, or name another one "
                "with the task's `interpreter`"
            )
        return RunnerChoice(notice=f"{notice} with {found}" if notice is not None else None)
