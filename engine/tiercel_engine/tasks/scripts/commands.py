"""`Commands` of every language: lines of commands in one shell."""

from __future__ import annotations

from tiercel_engine.tasks.api import TaskContext, TaskFailure, TaskResult, task_type
from tiercel_engine.tasks.scripts.base import run_script_task
from tiercel_engine.tasks.scripts.languages import LANGUAGES


@task_type(*(f"io.kestra.plugin.scripts.{name}.Commands" for name in LANGUAGES))
class Commands:
    """Runs the lines of `commands` in one shell."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Outputs `vars`, `exitCode`, `outputFiles`; raises `TaskFailure` when a command fails."""
        language = LANGUAGES[context.task.type.split(".")[-2]]
        if context.properties.get("commands") is None:
            raise TaskFailure("Missing required property 'commands'")
        return await run_script_task(context, language)
