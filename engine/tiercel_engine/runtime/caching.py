"""The task cache: outputs of an earlier run with the same rendered properties."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import anyio.to_thread

from tiercel_engine.runtime.jsonable import jsonable
from tiercel_engine.storage.layout import namespace_path, slug, uri_of
from tiercel_engine.tasks.api import TaskContext


@dataclass(frozen=True, slots=True)
class CacheEntry:
    """Where the outputs of a task with these properties are, or will be."""

    context: TaskContext
    place: str
    ttl: timedelta | None

    async def outputs(self) -> Mapping[str, Any] | None:
        """What an earlier run left, None when there is nothing or it is too old."""
        return await anyio.to_thread.run_sync(self._read)

    async def keep(self, outputs: Mapping[str, Any]) -> None:
        """Leave outputs for later runs."""
        content = json.dumps({"time": time.time(), "outputs": jsonable(outputs)}).encode()
        await anyio.to_thread.run_sync(self.context.storage.put, self.place, content)

    def _read(self) -> Mapping[str, Any] | None:
        try:
            entry = json.loads(self.context.storage.read_bytes(uri_of(self.place)))
        except (OSError, ValueError):
            return None
        if self.ttl is not None and time.time() - entry["time"] > self.ttl.total_seconds():
            return None
        outputs: Mapping[str, Any] = entry["outputs"]
        return outputs


async def entry_of(context: TaskContext) -> CacheEntry | None:
    """The entry of a task that wants to be cached, None for others."""
    cache = context.task.task_cache
    if cache is None or not cache.enabled:
        return None
    rendered = await context.render_value(_plain(context.properties))
    text = json.dumps([context.task.type, jsonable(rendered)], sort_keys=True)
    digest = hashlib.sha256(text.encode()).hexdigest()
    folder = f"{namespace_path(context.namespace)}/{slug(context.flow_id)}/{slug(context.task.id)}"
    return CacheEntry(context, f"{folder}/cache/{digest}/cache.json", cache.ttl)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value
