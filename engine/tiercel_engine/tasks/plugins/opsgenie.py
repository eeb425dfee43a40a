"""Opsgenie's alerts."""

from __future__ import annotations

from tiercel_engine.tasks.api import TaskContext, TaskResult, task_type
from tiercel_engine.tasks.plugins.webhook_delivery import post_payload
from tiercel_engine.tasks.properties import text


@task_type("io.kestra.plugin.opsgenie.OpsgenieAlert")
class OpsgenieAlert:
    """Posts `payload` as it is, with `authorizationToken` as the Authorization header."""

    async def run(self, context: TaskContext) -> TaskResult:
        """No outputs; raises `TaskFailure` when Opsgenie doesn't take it."""
        token = await text(context, "authorizationToken")
        return await post_payload(context, {"Authorization": token} if token else {})
