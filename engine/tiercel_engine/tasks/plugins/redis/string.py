"""Keys of Redis that hold a text."""

from __future__ import annotations

from typing import Any

from tiercel_engine.tasks.api import TaskContext, TaskFailure, TaskResult, task_type
from tiercel_engine.tasks.plugins.redis.connection import REDIS, decoded, encoded, expiry, is_json, opened_redis
from tiercel_engine.tasks.properties import as_text, flag, items, mapping, required_text, text

_PLACE = "io.kestra.plugin.redis.string."


@task_type(_PLACE + "Set", needs=REDIS)
class Set:
    """Sets a key."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Output `oldValue` with `get`; raises `TaskFailure`."""
        key, as_json = await required_text(context, "key"), await is_json(context)
        written = context.properties.get("value")
        value = await context.render_typed(written) if isinstance(written, str) else await context.render_value(written)
        options = await mapping(context, "options")
        chosen = {
            name: as_text(options.get(option, False)).lower() == "true"
            for option, name in (("mustExist", "xx"), ("mustNotExist", "nx"), ("keepTtl", "keepttl"))
        }
        old = await flag(context, "get", default=False)
        async with opened_redis(context) as redis:
            stored = encoded(value, as_json=as_json)
            found = await redis.set(key, stored, get=old, **chosen, **await expiry(context))
        return TaskResult({"oldValue": decoded(found, as_json=False)} if old else {})


@task_type(_PLACE + "Get", needs=REDIS)
class Get:
    """Gets a key."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Outputs `key` and `data`; raises `TaskFailure` for a missing key with `failedOnMissing`."""
        key, as_json = await required_text(context, "key"), await is_json(context)
        async with opened_redis(context) as redis:
            stored = await redis.get(key)
        if stored is None and await flag(context, "failedOnMissing", default=False):
            raise TaskFailure(f"Missing key '{key}'")
        return TaskResult({"key": key, "data": decoded(stored, as_json=as_json)})


@task_type(_PLACE + "Delete", needs=REDIS)
class Delete:
    """Deletes keys."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Output `count`; raises `TaskFailure` for missing keys with `failedOnMissing`."""
        keys = [as_text(key) for key in await items(context, "keys") or []]
        async with opened_redis(context) as redis:
            count = int(await redis.delete(*keys)) if keys else 0
        if count < len(keys) and await flag(context, "failedOnMissing", default=False):
            raise TaskFailure(f"Missing keys, only {count} of {len(keys)} were there")
        context.metric("counter", "deleted.records.count", float(count))
        return TaskResult({"count": count})


@task_type(_PLACE + "Increment", needs=REDIS)
class Increment:
    """Adds to the number that a key holds."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Outputs `key` and `value`; raises `TaskFailure` for a key that holds no number."""
        key, amount = await required_text(context, "key"), await text(context, "amount")
        ending = await expiry(context)
        async with opened_redis(context) as redis:
            value: Any
            if amount is None or amount.lstrip("-").isdigit():
                value = await redis.incrby(key, int(amount or 1))
            else:
                value = float(await redis.incrbyfloat(key, _number(amount)))
            if "px" in ending:
                await redis.pexpire(key, ending["px"])
            if "pxat" in ending:
                await redis.pexpireat(key, ending["pxat"])
        return TaskResult({"key": key, "value": value})


def _number(written: str) -> float:
    try:
        return float(written)
    except ValueError as error:
        raise TaskFailure(f"Cannot convert value '{written}' to a number") from error


@task_type(_PLACE + "Ttl", needs=REDIS)
class Ttl:
    """Tells how long a key is to be kept."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Outputs `key` and `ttl` in seconds: -1 for ever, -2 for a missing key."""
        key = await required_text(context, "key")
        async with opened_redis(context) as redis:
            return TaskResult({"key": key, "ttl": int(await redis.ttl(key))})
