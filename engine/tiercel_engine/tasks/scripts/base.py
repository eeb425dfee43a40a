"""What all script tasks do: files in, commands run, outputs out."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tiercel_engine import runners
from tiercel_engine.runners.policy import RunnerPolicy
from tiercel_engine.runners.process import Command, CommandNotStarted, Listener, run_process
from tiercel_engine.runners.protocol import BadMessage, read_message
from tiercel_engine.secrets.sources import PREFIX
from tiercel_engine.storage.globs import is_glob
from tiercel_engine.storage.layout import path_of
from tiercel_engine.tasks.api import LogLevel, TaskContext, TaskFailure, TaskResult
from tiercel_engine.tasks.properties import as_text, flag, items, mapping
from tiercel_engine.tasks.scripts.command_text import DEBUG_MARK, INFO_MARK, joined, with_local_files
from tiercel_engine.tasks.scripts.languages import Language
from tiercel_engine.tasks.working_files import (
    collect_output_files,
    local_file,
    prepare_working_files,
    store_file,
)
from tiercel_schemas.versions import KestraVersion

SCRIPT_PATH = Path(runners.__file__).parent / "script_path"
"""What scripts may import without having it installed: `kestra`."""
CONTEXT_FILE = ".kestra-execution-context.json"
LAST_WORDS = 0.05
"""Seconds that 2.0 leaves a killed shell to say that its command was terminated; too short to get far with another."""
_NOT_IN_CONTEXT_FILE = frozenset({"envs", "globals", "addSecretConsumer"})


@dataclass(slots=True)
class _Session:
    """One run of a command: where its lines go."""

    context: TaskContext
    variables: dict[str, Any] = field(default_factory=dict)
    level: LogLevel = "INFO"

    def line(self, line: str, is_error: bool) -> None:  # noqa: FBT001
        if not is_error and line in (DEBUG_MARK, INFO_MARK):
            self.level = "DEBUG" if line == DEBUG_MARK else "INFO"
            return
        try:
            message = read_message(line)
        except BadMessage as complaint:
            self.context.log("WARN", str(complaint))
            return
        if message is None:
            self.context.log("ERROR" if is_error else self.level, line)
            return
        self.variables.update(message.outputs)
        for metric in message.metrics:
            self.context.metric(metric.kind, metric.name, metric.value, metric.tags)
        for level, text in message.logs:
            self.context.log(level, text)


async def run_script_task(context: TaskContext, language: Language) -> TaskResult:
    """Run a task's `commands`, or its `script` when it has none; raises `TaskFailure` on a non-zero end."""
    directory = await context.working_directory()
    context = context.extended(await _file_variables(context, directory))
    await prepare_working_files(context, directory)
    interpreter = [as_text(part) for part in await items(context, "interpreter") or language.interpreter]
    _check_runner(context, interpreter[0])
    text = with_local_files(
        await _command_text(context, language, directory),
        lambda uri: _localized(context, directory, uri),
    )
    if await flag(context, "executionContext", default=False):
        _write_context_file(context, directory)
    session = _Session(context)
    stops_at_once = context.version is KestraVersion.V1_3 or not await flag(context, "failFast", default=True)
    last_words = 0.0 if stops_at_once else LAST_WORDS
    command = Command([*interpreter, text], directory, await _environment(context, directory), last_words)
    exit_code = await _run(command, session)
    return await _ended(context, directory, session, exit_code)


async def _run(command: Command, session: _Session) -> int:
    context = session.context
    shown = " ".join(command.arguments)
    listener = Listener(
        started=lambda pid: context.log("DEBUG", f"Starting command with pid {pid} [{shown}]"),
        line=session.line,
        killing=lambda pid: context.log("WARN", f"Killing process {pid} for InterruptedException"),
    )
    try:
        return await run_process(command, listener)
    except CommandNotStarted as error:
        raise TaskFailure(str(error)) from error


async def _ended(context: TaskContext, directory: Path, session: _Session, exit_code: int) -> TaskResult:
    if exit_code == 0:
        context.log("DEBUG", "Command succeed with exit code 0")
    files = await collect_output_files(context, directory)
    if await flag(context, "outputDirectory", default=False):
        files.update(await _output_directory_files(context, directory))
    outputs = {"vars": session.variables, "exitCode": exit_code, "outputFiles": files}
    if exit_code != 0:
        # A process ended by a signal has 128 + its number for an exit code, as shells and Java have it.
        shown = exit_code if exit_code > 0 else 128 - exit_code
        message = f"Command failed with exit code {shown}"
        context.log("ERROR", f"io.kestra.core.models.tasks.runners.TaskException: {message}")
        raise TaskFailure(message, {**outputs, "exitCode": shown})
    return TaskResult(outputs)


def _check_runner(context: TaskContext, interpreter: str) -> None:
    runner = context.properties.get("taskRunner")
    asked = runner.get("type") if isinstance(runner, Mapping) else None
    if asked is None and as_text(context.properties.get("runner")).upper() == "PROCESS":
        asked = "io.kestra.plugin.core.runner.Process"
    policy: RunnerPolicy = context.runners
    choice = policy.choose(as_text(asked) if asked is not None else None, interpreter)
    if choice.refusal is not None:
        raise TaskFailure(f"Task '{context.task.id}' can't run here: {choice.refusal}")


async def _command_text(context: TaskContext, language: Language, directory: Path) -> str:
    before = [as_text(line) for line in await items(context, "beforeCommands") or []]
    fail_fast = language.interpreter[-1] == "-c" and await flag(context, "failFast", default=True)
    commands = await items(context, "commands")
    if commands is not None:
        return joined(before, [as_text(line) for line in commands], fail_fast=fail_fast, version=context.version)
    script = await context.render(as_text(context.properties.get("script") or ""))
    program = language.script_command()
    if not language.programs:
        return joined(before, [script], fail_fast=fail_fast, version=context.version)
    if program is None:
        names = " or ".join(names[0] for names in language.programs)
        raise TaskFailure(f"Task '{context.task.id}' can't run here: {names} is not on the PATH")
    name = f"{context.task_run_id}{language.ending}"
    localized = with_local_files(script, lambda uri: _localized(context, directory, uri))
    (directory / name).write_text(localized, encoding="utf-8", newline="")
    return joined(before, [" ".join([*program, name])], fail_fast=fail_fast, version=context.version)


async def _file_variables(context: TaskContext, directory: Path) -> dict[str, Any]:
    variables: dict[str, Any] = {"workingDir": str(directory)}
    if await flag(context, "outputDirectory", default=False):
        (directory / "output").mkdir(exist_ok=True)
        variables["outputDir"] = str(directory / "output")
    named = [as_text(name) for name in await items(context, "outputFiles") or []]
    plain = {name: str(directory / name) for name in named if not is_glob(name)}
    if plain:
        variables["outputFiles"] = plain
    return variables


async def _environment(context: TaskContext, directory: Path) -> dict[str, str]:
    environment = {name: value for name, value in os.environ.items() if not name.upper().startswith(PREFIX)}
    environment["WORKING_DIR"] = str(directory)
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, [str(SCRIPT_PATH), environment.get("PYTHONPATH")]))
    if (directory / "output").is_dir() and "outputDir" in context.variables:
        environment["OUTPUT_DIR"] = str(directory / "output")
    own = await mapping(context, "env")
    environment.update({name: as_text(value) for name, value in own.items() if value is not None})
    return environment


def _localized(context: TaskContext, directory: Path, uri: str) -> str:
    source = local_file(context, uri)
    target = directory / path_of(uri)
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    return str(target)


async def _output_directory_files(context: TaskContext, directory: Path) -> dict[str, str]:
    folder = directory / "output"
    root = folder.resolve()
    stored = {}
    for file in sorted(folder.rglob("*")):
        if file.is_file() and file.resolve().is_relative_to(root):
            relative = file.relative_to(folder).as_posix()
            stored[relative] = await store_file(context, file, relative)
    return stored


def _write_context_file(context: TaskContext, directory: Path) -> None:
    # What the task sees, less what tells of the machine and of the task's own folder.
    added = {"workingDir", "outputDir", "outputFiles"}
    seen = {key: value for key, value in context.variables.items() if key not in _NOT_IN_CONTEXT_FILE | added}
    (directory / CONTEXT_FILE).write_text(json.dumps(seen, default=str), encoding="utf-8")
