"""Single files compressed and decompressed."""

from __future__ import annotations

import shutil
from pathlib import Path

from tiercel_engine.tasks.api import TaskContext, TaskResult, task_type
from tiercel_engine.tasks.plugins.compress.streams import BLOCK, Bound, compressed
from tiercel_engine.tasks.plugins.record_files import source_file, store_made
from tiercel_engine.tasks.properties import required_text

_PLACE = "io.kestra.plugin.compress."


@task_type(_PLACE + "FileCompress")
class FileCompress:
    """Compresses a file."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Output `uri`; raises `TaskFailure` for a compression that is not known here."""
        source, name = await source_file(context), (await required_text(context, "compression")).upper()

        def make(target: Path) -> None:
            with source.open("rb") as plain, compressed(target, "wb", name) as sink:
                shutil.copyfileobj(plain, sink, BLOCK)

        uri, _ = await store_made(context, ".tmp", make)
        return TaskResult({"uri": uri})


@task_type(_PLACE + "FileDecompress")
class FileDecompress:
    """Decompresses a file, within a bound."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Output `uri`; raises `TaskFailure` for a file that is no such stream, or unpacks to too much."""
        source, name = await source_file(context), (await required_text(context, "compression")).upper()

        def make(target: Path) -> None:
            with compressed(source, "rb", name) as stream, target.open("wb") as sink:
                Bound(source.stat().st_size).copy(stream, sink)

        uri, _ = await store_made(context, ".tmp", make)
        return TaskResult({"uri": uri})
