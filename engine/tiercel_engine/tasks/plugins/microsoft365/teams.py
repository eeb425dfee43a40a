"""Webhooks of Microsoft Teams."""

from __future__ import annotations

from tiercel_engine.tasks.api import TaskContext, TaskResult, task_type
from tiercel_engine.tasks.plugins.execution_alerts import read_alert
from tiercel_engine.tasks.plugins.webhook_delivery import post_message, post_payload
from tiercel_engine.tasks.properties import text

_PLACE = "io.kestra.plugin.microsoft365.teams."


@task_type(_PLACE + "TeamsIncomingWebhook")
class TeamsIncomingWebhook:
    """Posts `payload` as it is."""

    async def run(self, context: TaskContext) -> TaskResult:
        """No outputs; raises `TaskFailure` when Teams doesn't take it."""
        return await post_payload(context)


@task_type(_PLACE + "TeamsExecution")
class TeamsExecution:
    """Posts what became of an execution, as a message card."""

    async def run(self, context: TaskContext) -> TaskResult:
        """No outputs; raises `TaskFailure` when Teams doesn't take it."""
        alert = await read_alert(context)
        section = {
            "activityTitle": await text(context, "activityTitle") or alert.title,
            "activitySubtitle": await text(context, "activitySubtitle") or alert.custom_message,
            "facts": [{"name": name, "value": value} for name, value in alert.fields.items()],
            "markdown": True,
        }
        message = {
            "@type": "MessageCard",
            "@context": "https://schema.org/extensions",
            "themeColor": await text(context, "themeColor", "0076D7"),
            "summary": alert.title,
            "sections": [{name: value for name, value in section.items() if value is not None}],
        }
        return await post_message(context, message)
