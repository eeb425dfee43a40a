"""`Script` of every language: one text, run by the language's own program."""

from __future__ import annotations

from tiercel_engine.tasks.api import TaskContext, TaskFailure, TaskResult, task_type
from tiercel_engine.tasks.scripts.base import run_script_task
from tiercel_engine.tasks.scripts.languages import LANGUAGES


@task_type(*(f"io.kestra.plugin.scripts.{name}.Script" for name in LANGUAGES))
class Script:
    """Runs the text of `script`."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Outputs `vars`, `exitCode`, `outputFiles`; raises `TaskFailure` when the script fails."""
        language = LANGUAGES[context.task.type.split(".")[-2]]
        if context.properties.get("script") is None:
            raise TaskFailure("Missing required property 'script'")
        return await run_script_task(context, language)
