"""The files of databases that run inside the task: `inputFiles`, `outputFiles` and the database itself."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tiercel_engine.tasks.api import TaskContext, TaskFailure
from tiercel_engine.tasks.core.storage.files import temporary_name
from tiercel_engine.tasks.properties import as_text, flag, items, text
from tiercel_engine.tasks.working_files import local_file, prepare_working_files, store_file


async def staged(context: TaskContext) -> tuple[Path, dict[str, Any], dict[str, Path]]:
    """The working directory with the input files in it, what expressions see of it, and the output files by name."""
    directory = await context.working_directory()
    variables: dict[str, Any] = {"workingDir": str(directory)}
    await prepare_working_files(context.extended(variables), directory)
    wanted = {}
    for name in [as_text(each) for each in await items(context, "outputFiles") or []]:
        target = (directory / name).resolve()
        if not target.is_relative_to(directory.resolve()):
            raise TaskFailure(f"Path '{name}' leaves the working directory")
        target.parent.mkdir(parents=True, exist_ok=True)
        wanted[name] = target
    if wanted:
        variables["outputFiles"] = {name: str(file) for name, file in wanted.items()}
    return directory, variables, wanted


async def kept(context: TaskContext, wanted: Mapping[str, Path], database: Path | None) -> dict[str, Any]:
    """Outputs `outputFiles` and, with `outputDbFile`, `databaseUri`."""
    outputs: dict[str, Any] = {}
    if wanted:
        missing = [name for name, file in wanted.items() if not file.is_file()]
        if missing:
            raise TaskFailure(f"The SQL has written no output file '{missing[0]}'")
        outputs["outputFiles"] = {name: await store_file(context, file, name) for name, file in wanted.items()}
    if await flag(context, "outputDbFile", default=False) and database is not None and _is_there(database):
        outputs["databaseUri"] = await store_file(context, database, temporary_name(database.suffix or ".db"))
    return outputs


def _is_there(file: Path) -> bool:
    return file.is_file()


async def copied_database(context: TaskContext, name: str, directory: Path, ending: str) -> Path | None:
    """A copy of the database file that a property names, in the working directory; None without one."""
    uri = await text(context, name)
    if uri is None:
        return None
    target = directory / temporary_name(ending)
    shutil.copyfile(local_file(context, uri), target)
    return target
