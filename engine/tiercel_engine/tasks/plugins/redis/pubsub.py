"""Channels of Redis."""

from __future__ import annotations

from tiercel_engine.tasks.api import TaskContext, TaskResult, task_type
from tiercel_engine.tasks.plugins.redis.connection import REDIS, encoded, is_json, opened_redis, sent_values
from tiercel_engine.tasks.properties import required_text


@task_type("io.kestra.plugin.redis.pubsub.Publish", needs=REDIS)
class Publish:
    """Publishes values on a channel."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Output `count`; raises `TaskFailure`."""
        channel, as_json = await required_text(context, "channel"), await is_json(context)
        values = [encoded(value, as_json=as_json) for value in await sent_values(context)]
        async with opened_redis(context) as redis:
            for value in values:
                await redis.publish(channel, value)
        context.metric("counter", "published.records.count", float(len(values)))
        return TaskResult({"count": len(values)})
