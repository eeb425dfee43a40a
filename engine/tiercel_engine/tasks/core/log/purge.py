"""`log.PurgeLogs`."""

from __future__ import annotations

from tiercel_engine.tasks.api import TaskContext, TaskResult, task_type
from tiercel_engine.tasks.core.history import in_thread, purge_of, selection
from tiercel_engine.tasks.properties import as_text, flag, items, required_text
from tiercel_schemas.versions import KestraVersion


@task_type("io.kestra.plugin.core.log.PurgeLogs")
class PurgeLogs:
    """Removes log entries from the history of the workspace."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Output `count`, in 2.0 also by kind of log; raises `TaskFailure`."""
        await required_text(context, "endDate")
        levels = [as_text(level).upper() for level in await items(context, "logLevels") or []]
        chosen, purge = await selection(context), purge_of(context)
        wanted = await flag(context, "purgeExecutionLogs", default=True)
        count = await in_thread(lambda: purge.forget_logs(chosen, levels)) if wanted else 0
        if context.version is KestraVersion.V1_3:
            return TaskResult({"count": count})
        # Triggers of a workspace keep no logs.
        return TaskResult({"count": count, "executionLogsCount": count, "nonExecutionLogsCount": 0})
