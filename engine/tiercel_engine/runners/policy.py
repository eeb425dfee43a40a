"""Where script tasks run, and what an author is told when that is not where Kestra would run them.

Kestra runs a script task in a Docker container unless the task names the Process runner. Here the default is
AUTO: a task that asks for a container runs as a plain process, with a notice that names the interpreter, as
long as the interpreter is there. A flow that can be tried at once is worth more on a laptop than one that stops for
want of a daemon; nothing is hidden, since each such task is named before the run.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

PROCESS_RUNNERS = frozenset({"io.kestra.plugin.core.runner.Process", "io.kestra.core.runners.Process"})
DOCKER_RUNNER = "io.kestra.plugin.scripts.runner.docker.Docker"


class RunnerMode(StrEnum):
    """What `--runner` and `run.runner` say: as the task asks where possible, else a process; or one of the two."""

    AUTO = "auto"
    PROCESS = "process"
    DOCKER = "docker"


@dataclass(frozen=True, slots=True)
class RunnerChoice:
    """How a task is to run: `refusal` (it can't), or as a process, replaced when `notice` says so."""

    notice: str | None = None
    refusal: str | None = None


@dataclass(frozen=True, slots=True)
class RunnerPolicy:
    """Decides for each script task; `find_program` looks a program up on the PATH."""

    mode: RunnerMode = RunnerMode.AUTO
    find_program: Callable[[str], str | None] = shutil.which

    def choose(self, runner_type: str | None, interpreter: str) -> RunnerChoice:
        """The way for a task that names `runner_type` (None: Kestra's default, Docker)."""
        asked = runner_type or DOCKER_RUNNER
        if asked in PROCESS_RUNNERS:
            return self._as_process(None, interpreter)
        short = asked.rpartition(".")[2]
        if self.mode is RunnerMode.DOCKER:
            return RunnerChoice(
                refusal=f"it asks for the {short} runner, and containers are not built into Tiercel yet; "
                "run it as a plain process with `--runner process` or `run.runner: process` in tiercel.yaml"
            )
        found = self.find_program(interpreter) or interpreter
        return self._as_process(f"asks for the {short} runner; runs here as a plain process with {found}", interpreter)

    def _as_process(self, notice: str | None, interpreter: str) -> RunnerChoice:
        if self.find_program(interpreter) is None:
            return RunnerChoice(
                refusal=f"its interpreter {interpreter!r} is not on the PATH; install it, or name another one "
                "with the task's `interpreter`"
            )
        return RunnerChoice(notice=notice)
