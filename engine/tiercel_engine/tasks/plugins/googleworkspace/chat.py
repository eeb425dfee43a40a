"""Webhooks of Google Chat."""

from __future__ import annotations

from tiercel_engine.tasks.api import TaskContext, TaskResult, task_type
from tiercel_engine.tasks.plugins.execution_alerts import read_alert
from tiercel_engine.tasks.plugins.webhook_delivery import post_message, post_payload
from tiercel_engine.tasks.properties import text

_PLACE = "io.kestra.plugin.googleworkspace.chat."


@task_type(_PLACE + "GoogleChatIncomingWebhook")
class GoogleChatIncomingWebhook:
    """Posts `payload` as it is."""

    async def run(self, context: TaskContext) -> TaskResult:
        """No outputs; raises `TaskFailure` when Google Chat doesn't take it."""
        return await post_payload(context)


@task_type(_PLACE + "GoogleChatExecution")
class GoogleChatExecution:
    """Posts what became of an execution."""

    async def run(self, context: TaskContext) -> TaskResult:
        """No outputs; raises `TaskFailure` when Google Chat doesn't take it."""
        alert = await read_alert(context)
        return await post_message(context, {"text": "\n".join(filter(None, [await text(context, "text"), alert.text]))})
