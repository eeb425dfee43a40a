"""`execution.PurgeExecutions`."""

from __future__ import annotations

from tiercel_engine.tasks.api import TaskContext, TaskResult, task_type
from tiercel_engine.tasks.core.history import in_thread, purge_of, selection
from tiercel_engine.tasks.core.purging import files_removed
from tiercel_engine.tasks.properties import flag, required_text


@task_type("io.kestra.plugin.core.execution.PurgeExecutions")
class PurgeExecutions:
    """Removes executions that have ended from the history of the workspace, with their files."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Outputs `executionsCount`, `logsCount`, `metricsCount`, `storagesCount`; raises `TaskFailure`."""
        await required_text(context, "endDate")
        purge = purge_of(context)
        chosen = await selection(context)
        found = await in_thread(lambda: purge.finished(chosen))
        ids = [each.id for each in found]
        counts = {"executionsCount": 0, "logsCount": 0, "metricsCount": 0, "storagesCount": 0}
        if await flag(context, "purgeLog", default=True):
            counts["logsCount"] = await in_thread(lambda: purge.forget_lines(ids, "log"))
        if await flag(context, "purgeMetric", default=True):
            counts["metricsCount"] = await in_thread(lambda: purge.forget_lines(ids, "metric"))
        if await flag(context, "purgeStorage", default=True):
            counts["storagesCount"] = await in_thread(lambda: len(files_removed(context, found)))
        if await flag(context, "purgeExecution", default=True):
            counts["executionsCount"] = await in_thread(lambda: purge.forget(ids))
        return TaskResult(counts)
