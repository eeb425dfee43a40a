"""What all script tasks do: files in, commands run, outputs out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tiercel_engine.storage.globs import is_glob
from tiercel_engine.tasks.api import TaskContext, TaskFailure, TaskResult
from tiercel_engine.tasks.properties import as_text, flag, items
from tiercel_engine.tasks.scripts.command_text import joined, with_local_files
from tiercel_engine.tasks.scripts.dependencies import ScriptEnvironment, set_up
from tiercel_engine.tasks.scripts.languages import Language
from tiercel_engine.tasks.scripts.launching import Launch, asked_runner, choose_runner, launch
from tiercel_engine.tasks.scripts.local_copies import localized
from tiercel_engine.tasks.scripts.session import Session
from tiercel_engine.tasks.working_files import (
    collect_output_files,
    prepare_working_files,
    store_file,
)
from tiercel_schemas.versions import KestraVersion

CONTEXT_FILE = ".kestra-execution-context.json"
_NOT_IN_CONTEXT_FILE = frozenset({"envs", "globals", "addSecretConsumer"})


async def run_script_task(context: TaskContext, language: Language) -> TaskResult:
    """Run a task's `commands`, or its `script` when it has none; raises `TaskFailure` on a non-zero end."""
    directory = await context.working_directory()
    context = context.extended(await _file_variables(context, directory))
    interpreter = [as_text(part) for part in await items(context, "interpreter") or language.interpreter]
    runner = await asked_runner(context)
    choice = choose_runner(context, runner, interpreter[0])
    if context.version is KestraVersion.V1_3:
        context.log("DEBUG", f"Using task runner '{runner.type}'")
    await prepare_working_files(context, directory)
    environment = await set_up(context, language, choice)
    text = with_local_files(
        await _command_text(context, language, directory, environment, is_local=choice.daemon is None),
        lambda uri: localized(context, directory, uri),
    )
    if await flag(context, "executionContext", default=False):
        _write_context_file(context, directory)
    session = Session(context)
    plan = Launch(language, [*interpreter, text], directory, environment.variables, environment.path)
    end = await launch(context, plan, runner, choice, session)
    details = {"taskRunner": dict(end.details)} if end.details else {}
    return await _ended(context, directory, session, end.exit_code, details)


async def _ended(
    context: TaskContext, directory: Path, session: Session, exit_code: int, details: Mapping[str, Any]
) -> TaskResult:
    if exit_code == 0:
        context.log("DEBUG", "Command succeed with exit code 0")
    files = await collect_output_files(context, directory)
    if await flag(context, "outputDirectory", default=False):
        files.update(await _output_directory_files(context, directory))
    outputs = {"vars": session.variables, "exitCode": exit_code, "outputFiles": files, **details}
    if exit_code != 0:
        # A process ended by a signal has 128 + its number for an exit code, as shells and Java have it.
        shown = exit_code if exit_code > 0 else 128 - exit_code
        message = f"Command failed with exit code {shown}"
        context.log("ERROR", f"io.kestra.core.models.tasks.runners.TaskException: {message}")
        raise TaskFailure(message, {**outputs, "exitCode": shown})
    return TaskResult(outputs)


async def _command_text(
    context: TaskContext, language: Language, directory: Path, environment: ScriptEnvironment, *, is_local: bool
) -> str:
    before = [*environment.commands, *(as_text(line) for line in await items(context, "beforeCommands") or [])]
    fail_fast = language.interpreter[-1] == "-c" and await flag(context, "failFast", default=True)
    commands = await items(context, "commands")
    if commands is not None:
        return joined(before, [as_text(line) for line in commands], fail_fast=fail_fast, version=context.version)
    script = await context.render(as_text(context.properties.get("script") or ""))
    if not language.programs:
        return joined(before, [script], fail_fast=fail_fast, version=context.version)
    # An environment with dependencies and an image have the first program by its name; this machine may lack it.
    program = language.script_command() if is_local and environment.path is None else language.programs[0]
    if program is None:
        names = " or ".join(names[0] for names in language.programs)
        raise TaskFailure(f"Task '{context.task.id}' can't run here: {names} is not on the PATH")
    if language.quiet_option is not None and await flag(context, "quiet", default=True):
        program = (*program, language.quiet_option)
    ending = as_text(context.properties.get("extension") or language.ending)
    name = f"{context.task_run_id}{ending}"
    content = with_local_files(script, lambda uri: localized(context, directory, uri))
    (directory / name).write_text(content, encoding="utf-8", newline="")
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
