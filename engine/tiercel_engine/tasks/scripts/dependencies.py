"""Python packages that a task lists in `dependencies`: a virtual environment per interpreter and list, made once."""

from __future__ import annotations

import hashlib
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import anyio

from tiercel_engine.runners.policy import RunnerChoice
from tiercel_engine.tasks.api import TaskContext, TaskFailure
from tiercel_engine.tasks.properties import as_text, flag, items, text
from tiercel_engine.tasks.scripts.languages import Language

CACHE_FOLDER = "tiercel-python"
_DONE = ".complete"
_LAST_LINES = 15
_LOCK_PAUSE = 0.2


@dataclass(frozen=True, slots=True)
class ScriptEnvironment:
    """What a script's dependencies come to: variables, a folder to put first on the PATH, commands to run before."""

    variables: dict[str, str] = field(default_factory=dict)
    path: str | None = None
    commands: list[str] = field(default_factory=list)


async def set_up(context: TaskContext, language: Language, choice: RunnerChoice) -> ScriptEnvironment:
    """Make what a task's `dependencies` ask for available; raises `TaskFailure` where they can't be installed.

    For a plain process they are installed before it starts, in a virtual environment that later runs find again. In a
    container they are installed by its first commands.
    """
    wanted = [as_text(each) for each in await items(context, "dependencies") or []]
    if not wanted or language.name != "python":
        return ScriptEnvironment()
    manager = (await text(context, "packageManager", "UV") or "UV").upper()
    if choice.daemon is not None:
        return ScriptEnvironment(commands=_commands_in_container(wanted, manager))
    if os.name == "nt" and language.interpreter[0] == "/bin/sh":
        raise TaskFailure("`dependencies` need a shell")
    version = await text(context, "pythonVersion")
    uv = shutil.which("uv") if manager == "UV" else None
    if version is not None and uv is None and not _is_this(version):
        raise TaskFailure(f"Python {version} needs `uv` on the PATH; this machine's is {_python_version()}")
    maker = _Maker(wanted, version, uv)
    if await flag(context, "dependencyCacheEnabled", default=True):
        folder = _cache_folder(context) / maker.key
    else:
        folder = Path(tempfile.mkdtemp(dir=(await context.working_directory()).parent, prefix="python-"))
    if not (folder / _DONE).exists():
        context.log("DEBUG", f"Installing {len(wanted)} dependencies with {'uv' if uv else 'pip'}")
        await maker.make(folder)
    programs = folder / ("Scripts" if os.name == "nt" else "bin")
    return ScriptEnvironment({"VIRTUAL_ENV": str(folder)}, str(programs))


@dataclass(frozen=True, slots=True)
class _Maker:
    wanted: list[str]
    version: str | None
    uv: str | None

    @property
    def key(self) -> str:
        said = json.dumps([sorted(self.wanted), self.version or _python_version(), sys.prefix, bool(self.uv)])
        return hashlib.sha256(said.encode()).hexdigest()[:32]

    async def make(self, folder: Path) -> None:
        """Install into a folder that takes its place only when complete; another run may do the same meanwhile."""
        folder.parent.mkdir(parents=True, exist_ok=True)
        async with _alone(folder.with_suffix(".lock")):
            if (folder / _DONE).exists():
                return
            shutil.rmtree(folder, ignore_errors=True)
            for command in self._commands(folder):
                await self._run(command)
            (folder / _DONE).touch()

    def _commands(self, folder: Path) -> list[list[str]]:
        if self.uv is not None:
            python = self.version or sys.executable
            inside = str(_python_in(folder))
            return [
                [self.uv, "venv", "--quiet", "--python", python, str(folder)],
                [self.uv, "pip", "install", "--quiet", "--python", inside, "--", *self.wanted],
            ]
        pip = [str(_python_in(folder)), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        return [[_base_python(), "-m", "venv", str(folder)], [*pip, "--no-input", "--", *self.wanted]]

    async def _run(self, command: list[str]) -> None:
        done = await anyio.run_process(command, check=False, stderr=subprocess.STDOUT)
        if done.returncode != 0:
            said = done.stdout.decode(errors="replace").strip().splitlines()
            raise TaskFailure("Cannot install the dependencies:\n" + "\n".join(said[-_LAST_LINES:]))


@asynccontextmanager
async def _alone(lock: Path) -> AsyncIterator[None]:
    """Nobody else on this machine is inside meanwhile; where the system has no `flock`, nobody is kept out."""
    with lock.open("w") as held:
        if sys.platform != "win32":
            import fcntl

            while True:
                try:
                    fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    await anyio.sleep(_LOCK_PAUSE)
        yield


def _cache_folder(context: TaskContext) -> Path:
    state = context.services.state_folder
    return (state / "cache" if state is not None else Path(tempfile.gettempdir())) / CACHE_FOLDER


def _python_in(folder: Path) -> Path:
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def _base_python() -> str:
    # `venv` of an environment of its own would chain to it, and to Tiercel's packages.
    return getattr(sys, "_base_executable", None) or sys.executable


def _python_version() -> str:
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def _is_this(version: str) -> bool:
    return f"{version}.".startswith(f"{_python_version()}.") or version == str(sys.version_info.major)


def _commands_in_container(wanted: list[str], manager: str) -> list[str]:
    listed = " ".join(shlex.quote(each) for each in wanted)
    pip = "python -m pip install --quiet --disable-pip-version-check --root-user-action=ignore"
    if manager == "PIP":
        return [f"{pip} {listed}"]
    return [f"command -v uv >/dev/null || {pip} uv", f"uv pip install --system --quiet {listed}"]
