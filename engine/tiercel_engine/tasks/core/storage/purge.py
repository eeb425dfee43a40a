"""`storage.PurgeStorage`."""

from __future__ import annotations

from tiercel_engine.tasks.api import TaskContext, TaskResult, task_type
from tiercel_engine.tasks.core.history import in_thread, purge_of, selection
from tiercel_engine.tasks.core.purging import files_removed, folder_of
from tiercel_engine.tasks.properties import flag, required_text


@task_type("io.kestra.plugin.core.storage.PurgeStorage")
class PurgeStorage:
    """Removes the files of executions that have ended; unless `dryRun` is false it only counts them."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Outputs `scannedCount`, `purgedCount` (executions), `deletedFilesCount`; raises `TaskFailure`."""
        await required_text(context, "endDate")
        purge, chosen = purge_of(context), await selection(context)
        found = await in_thread(lambda: purge.finished(chosen))
        holding = await in_thread(lambda: [each for each in found if context.storage.list(folder_of(each))])
        deleted = 0
        if not await flag(context, "dryRun", default=True):
            deleted = await in_thread(lambda: len(files_removed(context, holding)))
        for name, count in (("scanned", len(found)), ("purged", len(holding)), ("deleted.files", deleted)):
            context.metric("counter", name, float(count))
        return TaskResult({"scannedCount": len(found), "purgedCount": len(holding), "deletedFilesCount": deleted})
