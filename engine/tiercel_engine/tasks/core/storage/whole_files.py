"""`Write`, `Size`, `Concat`, `Reverse`, `Delete`, `PurgeCurrentExecutionFiles`."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tiercel_engine.storage.layout import StorageError, execution_path
from tiercel_engine.tasks.api import TaskContext, TaskFailure, TaskResult, task_type
from tiercel_engine.tasks.core.storage.files import (
    DEFAULT_ENDING,
    ending_of,
    read_lines,
    separator,
    source,
    temporary_name,
)
from tiercel_engine.tasks.properties import as_text, flag, items, required_text, text
from tiercel_engine.tasks.working_files import local_file, store_file

CORE = "io.kestra.plugin.core.storage."


@task_type(CORE + "Write")
class Write:
    """Stores a rendered text."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Output `uri`."""
        content = await required_text(context, "content")
        ending = await text(context, "extension", DEFAULT_ENDING) or ""
        uri = await store_file(context, content.encode(), temporary_name(ending))
        return TaskResult({"uri": uri})


@task_type(CORE + "Size")
class Size:
    """Tells the size of a file."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Output `size`, in bytes."""
        _, path = await source(context, "uri")
        return TaskResult({"size": path.stat().st_size})


@task_type(CORE + "Concat")
class Concat:
    """Joins files."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Output `uri`; the separator follows each file."""
        uris = [as_text(uri) for uri in await items(context, "files") or []]
        between = (await text(context, "separator") or "").encode()
        ending = await text(context, "extension", DEFAULT_ENDING) or ""
        with tempfile.TemporaryDirectory() as folder:
            joined = Path(folder) / "joined"
            with joined.open("wb") as sink:
                for uri in uris:
                    sink.write(local_file(context, uri).read_bytes())
                    sink.write(between)
            return TaskResult({"uri": await store_file(context, joined, temporary_name(ending))})


@task_type(CORE + "Reverse")
class Reverse:
    """Turns the order of the lines of a file."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Output `uri`."""
        uri, path = await source(context, "from")
        charset = await text(context, "charset", "UTF-8") or "UTF-8"
        end = await separator(context)
        try:
            if end == "\n":
                pieces = list(read_lines(path, charset))
            else:
                pieces = path.read_bytes().decode(charset, errors="replace").removesuffix(end).split(end)
        except LookupError as error:
            raise TaskFailure(f"Unsupported charset '{charset}'") from error
        turned = "".join(f"{piece}{end}" for piece in reversed(pieces))
        stored = await store_file(context, turned.encode(charset), temporary_name(ending_of(uri)))
        return TaskResult({"uri": stored})


@task_type(CORE + "Delete")
class Delete:
    """Removes a file."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Outputs `uri` and `deleted`."""
        uri = await required_text(context, "uri")
        try:
            deleted = context.storage.delete(uri)
        except StorageError as error:
            raise TaskFailure(str(error)) from error
        if not deleted and await flag(context, "errorOnMissing", default=False):
            raise TaskFailure(f"Unable to find file '{uri}'")
        return TaskResult({"uri": uri, "deleted": deleted})


@task_type(CORE + "PurgeCurrentExecutionFiles", CORE + "PurgeExecution")
class PurgeCurrentExecutionFiles:
    """Removes all files of the execution."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Output `uris`: what went, contents before their folder."""
        folder = execution_path(context.namespace, context.flow_id, context.execution_id)
        return TaskResult({"uris": context.storage.delete_folder(folder)})
