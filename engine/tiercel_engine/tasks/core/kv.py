"""The `kv` group: pairs set, merged, read, listed and deleted."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from tiercel_engine.expressions.json_reading import JsonError, read_json
from tiercel_engine.inputs.java_time import NotATime, parse_date, parse_instant
from tiercel_engine.storage.kv import KvEntry, KvError, KvType
from tiercel_engine.tasks.api import TaskContext, TaskFailure, TaskResult, task_type
from tiercel_engine.tasks.core.purging import chosen_namespaces
from tiercel_engine.tasks.properties import (
    as_text,
    duration,
    flag,
    mapping,
    parse_iso_duration,
    required_text,
    text,
)
from tiercel_schemas.versions import KestraVersion


@task_type("io.kestra.plugin.core.kv.Set")
class Set:
    """Stores a value under a key."""

    async def run(self, context: TaskContext) -> TaskResult:
        """No outputs."""
        kind = await text(context, "kvType")
        value = await _value(context)
        if kind is not None and isinstance(value, str):
            value = _read_as(KvType(kind.upper()), value, context.version)
        try:
            context.kv.set(
                await _namespace(context),
                await required_text(context, "key"),
                value,
                overwrite=await flag(context, "overwrite", default=True),
                ttl=await duration(context, "ttl"),
                description=await text(context, "kvDescription"),
            )
        except KvError as error:
            raise TaskFailure(str(error)) from error
        return TaskResult()


@task_type("io.kestra.plugin.core.kv.Put")
class Put:
    """Stores a value; a map is joined to the map that is there."""

    async def run(self, context: TaskContext) -> TaskResult:
        """No outputs."""
        namespace, key = await _namespace(context), await required_text(context, "key")
        value = await _value(context)
        try:
            there = context.kv.get(namespace, key)
            if there is None and await flag(context, "errorOnMissing", default=False):
                raise _missing(namespace, key)
            if there is not None and isinstance(there.value, dict) and isinstance(value, dict):
                value = _joined(there.value, value)
            context.kv.set(namespace, key, value)
        except KvError as error:
            raise TaskFailure(str(error)) from error
        return TaskResult()


@task_type("io.kestra.plugin.core.kv.Get")
class Get:
    """Reads a value."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Output `value`, none where there is no pair."""
        key = await required_text(context, "key")
        namespace = await _namespace(context)
        try:
            explicit = "namespace" in context.properties
            entry: KvEntry | None = (context.kv.get if explicit else context.kv.find)(namespace, key)
        except KvError as error:
            raise TaskFailure(str(error)) from error
        if entry is not None:
            return TaskResult({"value": entry.value})
        if await flag(context, "errorOnMissing", default=False):
            raise _missing(namespace, key)
        return TaskResult()


@task_type("io.kestra.plugin.core.kv.GetKeys")
class GetKeys:
    """Lists the keys of a namespace."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Output `keys`, sorted."""
        prefix = await text(context, "prefix", "") or ""
        return TaskResult({"keys": context.kv.keys(await _namespace(context), prefix)})


@task_type("io.kestra.plugin.core.kv.Delete")
class Delete:
    """Removes a pair."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Output `deleted`."""
        namespace, key = await _namespace(context), await required_text(context, "key")
        try:
            deleted = context.kv.delete(namespace, key)
        except KvError as error:
            raise TaskFailure(str(error)) from error
        if not deleted and await flag(context, "errorOnMissing", default=False):
            raise _missing(namespace, key)
        return TaskResult({"deleted": deleted})


@task_type("io.kestra.plugin.core.kv.PurgeKV")
class PurgeKV:
    """Removes pairs whose time is over, or all that match, in several namespaces."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Output `size`: how many pairs went."""
        behavior = await mapping(context, "behavior")
        expired_only = await flag(context, "expiredOnly", default=True)
        if behavior.get("type") == "version":
            # Only the newest version of a pair is kept here.
            return TaskResult({"size": 0})
        if "expiredOnly" in behavior:
            expired_only = as_text(behavior["expiredOnly"]).lower() == "true"
        pattern = await text(context, "keyPattern", "*") or "*"
        size = sum(
            context.kv.purge(namespace, pattern, expired_only=expired_only)
            for namespace in await chosen_namespaces(context, context.kv.namespaces())
        )
        return TaskResult({"size": size})


async def _namespace(context: TaskContext) -> str:
    return await text(context, "namespace") or context.namespace


async def _value(context: TaskContext) -> Any:
    # Only an expression keeps its type: what is written out becomes text, a map too.
    written = context.properties.get("value")
    return await context.render_typed(written if isinstance(written, str) else as_text(written))


def _read_as(kind: KvType, value: str, version: KestraVersion) -> Any:
    try:
        if kind is KvType.NUMBER:
            return read_json(value)
        if kind is KvType.BOOLEAN:
            return value.lower() == "true"
        if kind is KvType.JSON:
            return read_json(value)
        if kind is KvType.DURATION:
            return parse_iso_duration(value)
        if kind is KvType.DATE and version is not KestraVersion.V1_3:
            return date.fromisoformat(parse_date(value).isoformat())
        if kind in (KvType.DATE, KvType.DATETIME):
            nanos = parse_instant(value).nanos
            return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=nanos // 1000)
    except (NotATime, JsonError) as complaint:
        raise TaskFailure(str(complaint)) from complaint
    return value


def _joined(there: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    joined = dict(there)
    for key, value in more.items():
        known = joined.get(key)
        joined[key] = _joined(known, value) if isinstance(known, dict) and isinstance(value, dict) else value
    return joined


def _missing(namespace: str, key: str) -> TaskFailure:
    return TaskFailure(f"No value found for key '{key}' in namespace '{namespace}' and `errorOnMissing` is set to true")
