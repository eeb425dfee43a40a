"""`execution.Fail` and `execution.Assert`."""

from __future__ import annotations

from tiercel_engine.tasks.api import TaskContext, TaskFailure, TaskResult, task_type
from tiercel_engine.tasks.properties import as_text, is_truthy, text


@task_type("io.kestra.plugin.core.execution.Fail")
class Fail:
    """Fails, always or on a condition."""

    async def run(self, context: TaskContext) -> TaskResult:
        """No outputs; raises `TaskFailure`."""
        condition = await text(context, "condition")
        if condition is None:
            raise TaskFailure(await text(context, "errorMessage", "Task failure") or "")
        if not is_truthy(condition):
            return TaskResult()
        context.log("ERROR", await text(context, "errorMessage", "Task failure") or "")
        raise TaskFailure("Fail on a condition")


@task_type("io.kestra.plugin.core.execution.Assert")
class Assert:
    """Fails unless every condition is truthy."""

    async def run(self, context: TaskContext) -> TaskResult:
        """No outputs; raises `TaskFailure` with the number of conditions that failed."""
        written = context.properties.get("conditions") or []
        conditions = [written] if isinstance(written, str) else list(written)
        failed = 0
        for condition in conditions:
            template = condition if isinstance(condition, str) else as_text(condition)
            if not is_truthy(await context.render(template)):
                failed += 1
                context.log("ERROR", f"Assertion `{template}` failed!")
        context.metric("counter", "success", float(len(conditions) - failed))
        context.metric("counter", "failed", float(failed))
        if not failed:
            return TaskResult()
        message = f"{failed} assertion{'s' if failed > 1 else ''} failed!"
        custom = await text(context, "errorMessage")
        raise TaskFailure(f"{message}\n{custom}" if custom is not None else message)
