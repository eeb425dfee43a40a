"""Messages of a Telegram bot."""

from __future__ import annotations

import json

from tiercel_engine.tasks.api import TaskContext, TaskResult, task_type
from tiercel_engine.tasks.plugins.execution_alerts import read_alert
from tiercel_engine.tasks.plugins.webhook_delivery import post
from tiercel_engine.tasks.properties import required_text, text

_API = "https://api.telegram.org"
_MODES = {"HTML": "HTML", "MARKDOWNV2": "MarkdownV2"}


@task_type("io.kestra.plugin.telegram.TelegramSend")
class TelegramSend:
    """Sends `payload` to a chat."""

    async def run(self, context: TaskContext) -> TaskResult:
        """No outputs; raises `TaskFailure` when Telegram doesn't take it."""
        return await _send(context, await required_text(context, "payload"))


@task_type("io.kestra.plugin.telegram.TelegramExecution")
class TelegramExecution:
    """Sends what became of an execution to a chat."""

    async def run(self, context: TaskContext) -> TaskResult:
        """No outputs; raises `TaskFailure` when Telegram doesn't take it."""
        alert = await read_alert(context)
        return await _send(context, alert.text)


async def _send(context: TaskContext, message: str) -> TaskResult:
    base = (await text(context, "endpointOverride", _API) or _API).rstrip("/")
    token = await required_text(context, "token")
    body = {"chat_id": await required_text(context, "channel"), "text": message}
    mode = await text(context, "parseMode")
    if mode is not None:
        body["parse_mode"] = _MODES.get(mode.upper(), mode)
    await post(context, f"{base}/bot{token}/sendMessage", json.dumps(body, ensure_ascii=False))
    return TaskResult()
