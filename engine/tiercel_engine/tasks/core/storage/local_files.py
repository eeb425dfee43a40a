"""`LocalFiles` of 1.3: files put into a working directory and taken out of it."""

from __future__ import annotations

from tiercel_engine.tasks.api import TaskContext, TaskResult, task_type
from tiercel_engine.tasks.working_files import collect_output_files, prepare_working_files


@task_type("io.kestra.plugin.core.storage.LocalFiles")
class LocalFiles:
    """Writes `inputs` to the working directory and stores what `outputs` match."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Output `uris` by relative path."""
        own = context.properties
        properties = {"inputFiles": own.get("inputs") or {}, "outputFiles": own.get("outputs") or []}
        renamed = context.with_properties(properties)
        directory = await context.working_directory()
        await prepare_working_files(renamed, directory)
        return TaskResult({"uris": await collect_output_files(renamed, directory)})
