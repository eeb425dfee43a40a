"""Lists of Redis."""

from __future__ import annotations

import time
from typing import Any

from tiercel_engine.tasks.api import TaskContext, TaskResult, task_type
from tiercel_engine.tasks.plugins.record_files import store_made, write_records
from tiercel_engine.tasks.plugins.redis.connection import (
    REDIS,
    decoded,
    encoded,
    is_json,
    opened_redis,
    sent_values,
)
from tiercel_engine.tasks.properties import duration, required_text, whole

_PLACE = "io.kestra.plugin.redis.list."


@task_type(_PLACE + "ListPush", needs=REDIS)
class ListPush:
    """Puts values at the head of a list."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Output `count`; raises `TaskFailure`."""
        key, as_json = await required_text(context, "key"), await is_json(context)
        values = [encoded(value, as_json=as_json) for value in await sent_values(context)]
        size = max(1, await whole(context, "batchSize") or 500)
        async with opened_redis(context) as redis:
            for start in range(0, len(values), size):
                await redis.lpush(key, *values[start : start + size])
        context.metric("counter", "inserted.records.count", float(len(values)))
        return TaskResult({"count": len(values)})


@task_type(_PLACE + "ListPop", needs=REDIS)
class ListPop:
    """Takes values from the head of a list into a file."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Outputs `uri` and `count`; raises `TaskFailure`. Ends when the list is empty, or at a bound."""
        key, as_json = await required_text(context, "key"), await is_json(context)
        size, most = max(1, await whole(context, "count") or 100), await whole(context, "maxRecords")
        longest = await duration(context, "maxDuration")
        end = time.monotonic() + longest.total_seconds() if longest is not None else None
        rows: list[Any] = []
        async with opened_redis(context) as redis:
            while (most is None or len(rows) < most) and (end is None or time.monotonic() < end):
                wanted = size if most is None else min(size, most - len(rows))
                part = await redis.lpop(key, wanted)
                if not part:
                    break
                rows += [decoded(each, as_json=as_json) for each in part]
        uri, count = await store_made(context, ".ion", lambda file: write_records(rows, file, context.version))
        context.metric("counter", "popped.records.count", float(count))
        return TaskResult({"uri": uri, "count": count})
