"""Commands of dbt, and the single commands that older flows use."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

from tiercel_engine.core.states import State
from tiercel_engine.tasks.api import LogLevel, MetricKind, Sink, TaskContext, TaskFailure, TaskResult, task_type
from tiercel_engine.tasks.plugins.command_lines import SHELL, rendered_commands, run_commands
from tiercel_engine.tasks.properties import as_text, flag, items, mapping, text
from tiercel_engine.tasks.scripts.languages import Language
from tiercel_engine.tasks.working_files import store_file

_PLACE = "io.kestra.plugin.dbt.cli."
_IMAGE = "ghcr.io/kestra-io/dbt"
_ENVIRONMENT = {"PYTHONUNBUFFERED": "true", "PIP_ROOT_USER_ACTION": "ignore"}
_LEVELS: Mapping[str, LogLevel] = {"debug": "DEBUG", "info": "INFO", "warn": "WARN"}
_SINGLE = {
    "Build": "build",
    "Compile": "compile",
    "Deps": "deps",
    "Freshness": "source freshness",
    "List": "ls",
    "Run": "run",
    "Seed": "seed",
    "Snapshot": "snapshot",
    "Test": "test",
}


@dataclass(slots=True)
class _DbtLog:
    """A sink that reads dbt's JSON log: its own levels, its statistics as metrics."""

    sink: Sink
    warned: bool = False

    def log(self, level: LogLevel, message: str) -> None:
        """Take one log entry, or a line of dbt's log."""
        told = _told(message)
        if told is None:
            self.sink.log(level, message)
            return
        info = told.get("info") if isinstance(told.get("info"), dict) else told
        data = told.get("data")
        stats = data.get("stats") if isinstance(data, dict) else None
        for name, count in stats.items() if isinstance(stats, dict) else ():
            if isinstance(count, (int, float)):
                self.sink.metric("counter", str(name), float(count))
        its_level = _LEVELS.get(str(info.get("level")), "ERROR")
        self.warned = self.warned or its_level == "WARN"
        self.sink.log(its_level, str(info["msg"]))

    def metric(
        self, kind: MetricKind, name: str, value: float | timedelta, tags: Mapping[str, str] | None = None
    ) -> None:
        """Take one measure."""
        self.sink.metric(kind, name, value, tags)

    def outputs(self, values: Mapping[str, Any]) -> None:
        """Take outputs that hold even if the attempt fails."""
        self.sink.outputs(values)


def _told(message: str) -> Any:
    if not message.startswith("{"):
        return None
    try:
        found = json.loads(message)
    except ValueError:
        return None
    info = found.get("info", found)
    return found if isinstance(info, dict) and "msg" in info and "level" in info else None


@task_type(_PLACE + "DbtCLI")
class DbtCLI:
    """Runs the lines of `commands`, those of dbt with its log as JSON."""

    language: ClassVar[Language] = SHELL

    async def run(self, context: TaskContext) -> TaskResult:
        """Outputs `vars`, `exitCode`, `outputFiles`; WARNING when dbt warned. Raises `TaskFailure`."""
        directory = await context.working_directory()
        context = context.extended({"workingDir": str(directory)})
        project = await text(context, "projectDir")
        folder = _inside(directory, project)
        context.log("INFO", f"dbt project working directory: {folder}")
        await _load_manifest(context, folder)
        await _write_profiles(context, directory)
        log_format = (await text(context, "logFormat", "JSON") or "JSON").upper()
        commands = [_with_options(line, project, log_format) for line in await rendered_commands(context)]
        return await _run(context, folder, commands)


@task_type(*(_PLACE + name for name in _SINGLE))
class DbtCommand:
    """Runs one command of dbt with the options that the task names."""

    language: ClassVar[Language] = SHELL

    async def run(self, context: TaskContext) -> TaskResult:
        """Outputs `vars`, `exitCode`, `outputFiles`; raises `TaskFailure` when dbt fails."""
        directory = await context.working_directory()
        context = context.extended({"workingDir": str(directory)})
        project = await text(context, "projectDir")
        await _write_profiles(context, directory)
        words = [await text(context, "dbtPath", "dbt") or "dbt", "--log-format", "json"]
        for option, word in (("debug", "--debug"), ("failFast", "--fail-fast"), ("warnError", "--warn-error")):
            words += [word] if await flag(context, option, default=False) else []
        words += _SINGLE[context.task.type.rpartition(".")[2]].split()
        words += ["--full-refresh"] if await flag(context, "fullRefresh", default=False) else []
        for option, word in (("select", "--select"), ("exclude", "--exclude")):
            chosen = [as_text(each) for each in await items(context, option) or []]
            words += [word, *chosen] if chosen else []
        for option, word in (("thread", "--threads"), ("target", "--target"), ("selector", "--selector")):
            value = await text(context, option)
            words += [word, value] if value is not None else []
        folder = _inside(directory, project)
        words += ["--project-dir", str(folder)]
        own = {name: value for name, value in context.properties.items() if name != "failFast"}
        return await _run(context.with_properties(own), folder, [shlex.join(words)])


async def _run(context: TaskContext, folder: Path, commands: list[str]) -> TaskResult:
    log = _DbtLog(context.sink)
    try:
        result = await run_commands(replace(context, sink=log), _IMAGE, commands, _ENVIRONMENT)
    except TaskFailure as failure:
        files = {**failure.outputs.get("outputFiles", {}), **await _results(context, folder)}
        failure.outputs = {**failure.outputs, "outputFiles": files}
        raise
    files = {**result.outputs["outputFiles"], **await _results(context, folder)}
    return TaskResult({**result.outputs, "outputFiles": files}, State.WARNING if log.warned else result.state)


async def _results(context: TaskContext, folder: Path) -> dict[str, str]:
    stored = {}
    manifest = folder / "target" / "manifest.json"
    if manifest.is_file():
        stored["manifest.json"] = await store_file(context, manifest, "manifest.json")
        keep = await mapping(context, "storeManifest")
        if keep:
            content = json.loads(manifest.read_text("utf-8"))
            context.kv.set(as_text(keep["namespace"]), as_text(keep["key"]), content)
    results = folder / "target" / "run_results.json"
    if await flag(context, "parseRunResults", default=True) and results.is_file():
        stored["run_results.json"] = await store_file(context, results, "run_results.json")
    return stored


async def _load_manifest(context: TaskContext, folder: Path) -> None:
    source = await mapping(context, "loadManifest")
    if not source:
        return
    found = context.kv.get(as_text(source["namespace"]), as_text(source["key"]))
    value = getattr(found, "value", found)
    if not value:
        context.log("WARN", "Property `loadManifest` is used but there is no manifest under its key")
        return
    target = folder / "target" / "manifest.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")


async def _write_profiles(context: TaskContext, directory: Path) -> None:
    profiles = await text(context, "profiles")
    if profiles:
        if (directory / "profiles.yml").exists():
            context.log("INFO", "A 'profiles.yml' in the working directory is overwritten")
        (directory / "profiles.yml").write_text(profiles, encoding="utf-8")


def _with_options(line: str, project: str | None, log_format: str) -> str:
    if not line.startswith("dbt"):
        return line
    if project is not None and "--project-dir" not in line:
        line += f" --project-dir {project}"
    if log_format != "NONE" and "--log-format" not in line:
        line += f" --log-format {log_format.lower()}"
    return line if "--log-path" in line else f"{line} --log-path logs"


def _inside(directory: Path, relative: str | None) -> Path:
    folder = (directory / (relative or "").lstrip("/")).resolve()
    if not folder.is_relative_to(directory.resolve()):
        raise TaskFailure(f"Path '{relative}' leaves the working directory")
    return folder
