"""Slack's incoming webhooks."""

from __future__ import annotations

import json
import re
from typing import Any

from tiercel_engine.expressions.json_reading import JsonError, read_json
from tiercel_engine.tasks.api import TaskContext, TaskFailure, TaskResult, task_type
from tiercel_engine.tasks.plugins.execution_alerts import read_alert
from tiercel_engine.tasks.plugins.webhook_delivery import post
from tiercel_engine.tasks.properties import required_text, text

_PLACE = "io.kestra.plugin.slack.notifications."
_MARKDOWN = (
    (re.compile(r"\*\*(.*?)\*\*"), r"*\1*"),
    (re.compile(r"__(.*?)__"), r"_\1_"),
    (re.compile(r"\[(.*?)\]\((.*?)\)"), r"<\2|\1>"),
)


@task_type(_PLACE + "SlackIncomingWebhook")
class SlackIncomingWebhook:
    """Posts `payload`, or `messageText` as JSON or as Markdown in Slack's dialect."""

    async def run(self, context: TaskContext) -> TaskResult:
        """No outputs; raises `TaskFailure` when Slack doesn't take it."""
        url = await required_text(context, "url")
        await post(context, url, json.dumps(await self._message(context), ensure_ascii=False))
        return TaskResult()

    async def _message(self, context: TaskContext) -> Any:
        payload = await text(context, "payload")
        if payload is not None:
            try:
                return read_json(payload)
            except JsonError as complaint:
                raise TaskFailure(str(complaint)) from complaint
        message = await text(context, "messageText")
        if message is None:
            raise TaskFailure("Either 'messageText' or 'payload' must be provided")
        try:
            return read_json(message)
        except JsonError:
            return {"text": in_slack_dialect(message)}


@task_type(_PLACE + "SlackExecution")
class SlackExecution:
    """Posts what became of an execution."""

    async def run(self, context: TaskContext) -> TaskResult:
        """No outputs; raises `TaskFailure` when Slack doesn't take it."""
        url = await required_text(context, "url")
        alert = await read_alert(context)
        fields = [{"title": name, "value": value, "short": True} for name, value in alert.fields.items()]
        message: dict[str, Any] = {
            "text": "\n".join(filter(None, [f"*{alert.title}*", alert.custom_message])),
            "attachments": [{"color": _COLORS.get(alert.state, "#8405FF"), "fields": fields}],
        }
        for name, key in (("channel", "channel"), ("username", "username"), ("iconUrl", "icon_url")):
            message[key] = await text(context, name)
        message["icon_emoji"] = await text(context, "iconEmoji")
        kept = {name: value for name, value in message.items() if value is not None}
        await post(context, url, json.dumps(kept, ensure_ascii=False))
        return TaskResult()


_COLORS = {"SUCCESS": "#02BE8A", "WARNING": "#DD5F00", "FAILED": "#AB0009"}


def in_slack_dialect(markdown: str) -> str:
    """Bold text, italic text and links of Markdown as Slack writes them."""
    for pattern, written in _MARKDOWN:
        markdown = pattern.sub(written, markdown)
    return markdown
