"""QQ's webhooks."""

from __future__ import annotations

from tiercel_engine.tasks.api import TaskContext, TaskResult, task_type
from tiercel_engine.tasks.plugins.execution_alerts import read_alert
from tiercel_engine.tasks.plugins.webhook_delivery import post_message, post_payload
from tiercel_engine.tasks.properties import text

_PLACE = "io.kestra.plugin.tencent.qq."


@task_type(_PLACE + "QQIncomingWebhook")
class QQIncomingWebhook:
    """Posts `payload` as it is, with `token` as a bearer's."""

    async def run(self, context: TaskContext) -> TaskResult:
        """No outputs; raises `TaskFailure` when QQ doesn't take it."""
        return await post_payload(context, await _authorization(context))


@task_type(_PLACE + "QQExecution")
class QQExecution:
    """Posts what became of an execution."""

    async def run(self, context: TaskContext) -> TaskResult:
        """No outputs; raises `TaskFailure` when QQ doesn't take it."""
        alert = await read_alert(context)
        return await post_message(context, {"content": alert.text}, await _authorization(context))


async def _authorization(context: TaskContext) -> dict[str, str]:
    token = await text(context, "token")
    return {"Authorization": f"Bearer {token}"} if token else {}
