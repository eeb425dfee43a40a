"""A script's command line handed to the runner that the policy chose: a plain process, or a container."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tiercel_engine import runners
from tiercel_engine.runners.policy import DOCKER_RUNNER, RunnerChoice
from tiercel_engine.runners.process import Command, CommandNotStarted, Listener, run_process
from tiercel_engine.secrets.sources import PREFIX
from tiercel_engine.tasks.api import TaskContext, TaskFailure
from tiercel_engine.tasks.properties import as_text, flag, mapping, text
from tiercel_engine.tasks.scripts.languages import Language
from tiercel_engine.tasks.scripts.session import Session
from tiercel_schemas.versions import KestraVersion

SCRIPT_PATH = Path(runners.__file__).parent / "script_path"
"""What scripts may import without having it installed: `kestra` in Python, `@kestra-io/libs` in Node."""
PROCESS_RUNNER = "io.kestra.plugin.core.runner.Process"
LAST_WORDS = 0.05
"""Seconds that 2.0 leaves a killed shell to say that its command was terminated; too short to get far with another."""
_OF_THE_OLD_DOCKER: tuple[str, ...] = (
    *("host", "config", "credentials", "user", "entryPoint", "extraHosts", "networkMode", "volumes"),
    *("pullPolicy", "deviceRequests", "cpu", "memory", "shmSize"),
)


@dataclass(frozen=True, slots=True)
class AskedRunner:
    """The runner that a task names, by its full type, and the runner's own properties, rendered."""

    type: str
    properties: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Launch:
    """What to run: arguments, where, and what its environment has besides the usual; `path` comes first on the PATH."""

    language: Language
    arguments: Sequence[str]
    directory: Path
    variables: Mapping[str, str] = field(default_factory=dict)
    path: str | None = None


@dataclass(frozen=True, slots=True)
class End:
    """How a command ended, and what the runner tells about it (the output `taskRunner`)."""

    exit_code: int
    details: Mapping[str, str] = field(default_factory=dict)


async def asked_runner(context: TaskContext) -> AskedRunner:
    """The runner of a task: `taskRunner`, the old `runner` and `docker`, or Kestra's default, Docker."""
    written = await mapping(context, "taskRunner")
    if written:
        own = {name: value for name, value in written.items() if name != "type"}
        return AskedRunner(as_text(written.get("type") or DOCKER_RUNNER), own)
    if (await text(context, "runner") or "").upper() == "PROCESS":
        return AskedRunner(PROCESS_RUNNER)
    old = await mapping(context, "docker")
    return AskedRunner(DOCKER_RUNNER, {name: old[name] for name in _OF_THE_OLD_DOCKER if name in old})


def choose_runner(context: TaskContext, asked: AskedRunner, interpreter: str) -> RunnerChoice:
    """What the project's policy makes of that; raises `TaskFailure` when the task can't run here."""
    host = asked.properties.get("host")
    choice = context.runners.choose(asked.type, interpreter, as_text(host) if host else None, context.task.type)
    if choice.refusal is not None:
        raise TaskFailure(f"Task '{context.task.id}' can't run here: {choice.refusal}")
    return choice


async def launch(context: TaskContext, plan: Launch, asked: AskedRunner, choice: RunnerChoice, session: Session) -> End:
    """Run the command to its end; raises `TaskFailure` when it can't be started."""
    if choice.daemon is not None:
        from tiercel_engine.tasks.scripts.containers import run_in_container

        return await run_in_container(context, plan, asked, choice.daemon, session)
    return End(await _run_as_process(context, plan, session))


async def own_environment(context: TaskContext, directory: Path) -> dict[str, str]:
    """The variables that a script gets on any runner: those of the directories, and the task's own `env`."""
    environment = {"WORKING_DIR": str(directory)}
    if await flag(context, "outputDirectory", default=False):
        environment["OUTPUT_DIR"] = str(directory / "output")
    own = await mapping(context, "env")
    environment.update({name: as_text(value) for name, value in own.items() if value is not None})
    return environment


async def _run_as_process(context: TaskContext, plan: Launch, session: Session) -> int:
    stops_at_once = context.version is KestraVersion.V1_3 or not await flag(context, "failFast", default=True)
    environment = {name: value for name, value in os.environ.items() if not name.upper().startswith(PREFIX)}
    for name, folder in (("PYTHONPATH", SCRIPT_PATH), ("NODE_PATH", SCRIPT_PATH / "node")):
        environment[name] = os.pathsep.join(filter(None, [str(folder), environment.get(name)]))
    environment.update(plan.variables)
    environment.update(await own_environment(context, plan.directory))
    if plan.path is not None:
        environment["PATH"] = os.pathsep.join(filter(None, [plan.path, environment.get("PATH")]))
    shown = " ".join(plan.arguments)
    listener = Listener(
        started=lambda pid: context.log("DEBUG", f"Starting command with pid {pid} [{shown}]"),
        line=session.line,
        killing=lambda pid: context.log("WARN", f"Killing process {pid} for InterruptedException"),
    )
    command = Command(plan.arguments, plan.directory, environment, 0.0 if stops_at_once else LAST_WORDS)
    try:
        return await run_process(command, listener)
    except CommandNotStarted as error:
        raise TaskFailure(str(error)) from error
