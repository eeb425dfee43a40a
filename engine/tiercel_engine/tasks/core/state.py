"""The `state` group of 1.3: maps that outlive an execution, kept among the keys of the namespace."""

from __future__ import annotations

from typing import Any

from tiercel_engine.storage.kv import KvEntry
from tiercel_engine.storage.layout import slug
from tiercel_engine.tasks.api import TaskContext, TaskFailure, TaskResult, task_type
from tiercel_engine.tasks.properties import flag, mapping, text

CORE = "io.kestra.plugin.core.state."


@task_type(CORE + "Set")
class Set:
    """Joins a map to the one that is kept."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Outputs `count` (entries after that) and `key`."""
        key = await _key(context)
        data = {**_data(context.kv.get(context.namespace, key)), **await mapping(context, "data")}
        context.kv.set(context.namespace, key, data)
        return TaskResult({"count": len(data), "key": key})


@task_type(CORE + "Get")
class Get:
    """Reads the map that is kept."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Outputs `count` and `data`, an empty map where nothing is kept."""
        key = await _key(context)
        entry = context.kv.get(context.namespace, key)
        if entry is None and await flag(context, "errorOnMissing", default=False):
            raise _missing(key)
        data = _data(entry)
        return TaskResult({"count": len(data), "data": data})


@task_type(CORE + "Delete")
class Delete:
    """Forgets the map that is kept."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Output `deleted`."""
        key = await _key(context)
        deleted = context.kv.delete(context.namespace, key)
        if not deleted and await flag(context, "errorOnMissing", default=False):
            raise _missing(key)
        return TaskResult({"deleted": deleted})


async def _key(context: TaskContext) -> str:
    parts = [] if await flag(context, "namespace", default=False) else [slug(context.flow_id)]
    parts.append("states_tasks-states")
    value = context.variables.get("taskrun", {}).get("value")
    if value is not None and await flag(context, "taskrunValue", default=True):
        parts.append(slug(str(value)))
    parts.append(slug(await text(context, "name", "default") or "default"))
    return "_".join(parts)


def _data(entry: KvEntry | None) -> dict[str, Any]:
    return dict(entry.value) if entry is not None and isinstance(entry.value, dict) else {}


def _missing(key: str) -> TaskFailure:
    return TaskFailure(f"No state is kept under '{key}'")
