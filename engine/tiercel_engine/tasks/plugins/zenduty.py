"""Zenduty's alerts."""

from __future__ import annotations

from tiercel_engine.tasks.api import TaskContext, TaskResult, task_type
from tiercel_engine.tasks.plugins.webhook_delivery import post_payload


@task_type("io.kestra.plugin.zenduty.ZendutyAlert")
class ZendutyAlert:
    """Posts `payload` as it is."""

    async def run(self, context: TaskContext) -> TaskResult:
        """No outputs; raises `TaskFailure` when the service doesn't take it."""
        return await post_payload(context)
