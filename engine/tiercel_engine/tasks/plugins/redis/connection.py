"""A connection to Redis, and values as a task's `serdeType` has them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from tiercel_engine.expressions.json_reading import JsonError, read_json
from tiercel_engine.expressions.texts import json_text
from tiercel_engine.tasks.api import TaskContext, TaskFailure
from tiercel_engine.tasks.needs import Needs
from tiercel_engine.tasks.plugins.record_files import in_thread, json_value, read_records
from tiercel_engine.tasks.properties import as_text, mapping, parse_iso_duration, required_text, text
from tiercel_engine.tasks.working_files import local_file

REDIS = Needs("tiercel[redis]", ("redis",))


@asynccontextmanager
async def opened_redis(context: TaskContext) -> AsyncIterator[Any]:
    """The server of a task's `url`; raises `TaskFailure` for what it refuses."""
    from redis import asyncio as client
    from redis.exceptions import RedisError

    try:
        connection = client.from_url(await required_text(context, "url"))
    except ValueError as error:
        raise TaskFailure(f"Invalid Redis URL: {error}") from error
    try:
        yield connection
    except (RedisError, OSError) as error:
        raise TaskFailure(str(error)) from error
    finally:
        await connection.aclose()


async def is_json(context: TaskContext) -> bool:
    """Whether values are JSON texts; raises `TaskFailure` for an unknown `serdeType`."""
    kind = (await text(context, "serdeType", "STRING") or "STRING").upper()
    if kind not in {"STRING", "JSON"}:
        raise TaskFailure(f"Unknown serdeType '{kind}'")
    return kind == "JSON"


def encoded(value: Any, *, as_json: bool) -> str:
    """A value as it is stored."""
    if not as_json:
        return as_text(value)
    if isinstance(value, str):
        with suppress(JsonError):
            value = read_json(value)
    return json_text(json_value(value), keep_null=True)


def decoded(stored: bytes | None, *, as_json: bool) -> Any:
    """A stored value as a row has it; raises `TaskFailure` for what should be JSON and isn't."""
    if stored is None:
        return None
    written = stored.decode("utf-8", errors="replace")
    if not as_json:
        return written
    try:
        return json.loads(written)
    except ValueError as error:
        raise TaskFailure(f"The value is no JSON: {error}") from error


async def sent_values(context: TaskContext) -> Iterator[Any]:
    """The values of `from`: those of a list, or the rows of a stored file."""
    written = context.properties.get("from")
    if isinstance(written, str):
        rendered = (await context.render(written)).strip()
        if rendered.startswith("kestra://"):
            file = local_file(context, rendered)
            return iter(await in_thread(lambda: list(read_records(file))))
        try:
            written = read_json(rendered) if rendered.startswith("[") else [rendered]
        except JsonError as complaint:
            raise TaskFailure(f"Property 'from': {complaint}") from complaint
        return iter(written)
    return iter(await context.render_value(written or []))


async def expiry(context: TaskContext) -> dict[str, Any]:
    """When a key ends, from `options`, as redis-py takes it."""
    from datetime import datetime

    options = await mapping(context, "options")
    found: dict[str, Any] = {}
    if options.get("expirationDuration") is not None:
        found["px"] = int(parse_iso_duration(as_text(options["expirationDuration"])).total_seconds() * 1000)
    if options.get("expirationDate") is not None:
        moment = datetime.fromisoformat(as_text(options["expirationDate"]))
        found["pxat"] = int(moment.timestamp() * 1000)
    return found
