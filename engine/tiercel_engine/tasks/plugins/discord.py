"""Discord's incoming webhooks."""

from __future__ import annotations

from typing import Any

from tiercel_engine.tasks.api import TaskContext, TaskResult, task_type
from tiercel_engine.tasks.plugins.execution_alerts import read_alert
from tiercel_engine.tasks.plugins.webhook_delivery import post_message, post_payload
from tiercel_engine.tasks.properties import as_text, items, text


@task_type("io.kestra.plugin.discord.DiscordIncomingWebhook")
class DiscordIncomingWebhook:
    """Posts `payload` as it is."""

    async def run(self, context: TaskContext) -> TaskResult:
        """No outputs; raises `TaskFailure` when Discord doesn't take it."""
        return await post_payload(context)


@task_type("io.kestra.plugin.discord.DiscordExecution")
class DiscordExecution:
    """Posts what became of an execution, with the embeds of `embedList` before it."""

    async def run(self, context: TaskContext) -> TaskResult:
        """No outputs; raises `TaskFailure` when Discord doesn't take it."""
        alert = await read_alert(context)
        content = await text(context, "content")
        embeds = [_embed(each) for each in await items(context, "embedList") or [] if isinstance(each, dict)]
        embeds.append({"title": alert.title, "description": alert.text})
        message = {
            "username": await text(context, "username"),
            "avatar_url": await text(context, "avatarUrl"),
            "content": f"{content} {alert.execution_id}" if content else None,
            "embeds": embeds,
        }
        return await post_message(context, message)


def _embed(written: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {
        "title": written.get("title"),
        "description": written.get("description"),
        "url": written.get("websiteUrl"),
        "thumbnail": {"url": written["thumbnail"]} if written.get("thumbnail") else None,
        "author": {"name": written["authorName"]} if written.get("authorName") else None,
        "footer": {"text": written["footer"]} if written.get("footer") else None,
        "color": _color(written.get("color")),
    }
    return {name: value for name, value in made.items() if value is not None}


def _color(rgb: Any) -> int | None:
    if not isinstance(rgb, (list, tuple)) or len(rgb) < 3:
        return None
    red, green, blue = (int(as_text(part)) & 0xFF for part in rgb[:3])
    return red << 16 | green << 8 | blue
