"""`namespace.PurgeFiles`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tiercel_engine.inputs.java_time import NotATime, parse_instant
from tiercel_engine.storage.layout import namespace_file_versions_path, uri_of
from tiercel_engine.tasks.api import TaskContext, TaskFailure, TaskResult, task_type
from tiercel_engine.tasks.core.history import in_thread
from tiercel_engine.tasks.core.purging import chosen_namespaces
from tiercel_engine.tasks.properties import as_text, mapping, text


@task_type("io.kestra.plugin.core.namespace.PurgeFiles")
class PurgeFiles:
    """Removes earlier versions of namespace files; the current one always stays."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Output `size`: how many versions went; raises `TaskFailure`."""
        outdated = _rule(await mapping(context, "behavior"))
        pattern = await text(context, "filePattern", "**") or "**"
        gone = 0
        for namespace in await chosen_namespaces(context, await in_thread(lambda: _with_files(context))):
            for path in context.files.list(namespace, [pattern]):
                folder = namespace_file_versions_path(namespace, path)
                kept = [uri_of(f"{folder}/{number}") for number in context.files.versions(namespace, path).kept]
                gone += sum(context.storage.delete(uri) for uri in outdated(context, kept))
        return TaskResult({"size": gone})


_Rule = Callable[[TaskContext, list[str]], list[str]]
"""Which of a file's earlier versions go, given the oldest first."""


def _rule(behavior: Mapping[str, Any]) -> _Rule:
    before = behavior.get("before")
    if before is not None:
        try:
            moment = parse_instant(as_text(before)).nanos / 1e9
        except NotATime as complaint:
            raise TaskFailure(str(complaint)) from complaint
        return lambda context, kept: [uri for uri in kept if context.storage.path(uri).stat().st_mtime < moment]
    try:
        amount = int(as_text(behavior.get("keepAmount", 1)))
    except ValueError as error:
        raise TaskFailure("behavior.keepAmount has to be a whole number") from error
    if amount < 1:
        raise TaskFailure("behavior.keepAmount must be greater than or equal to 1")
    # The current version is one of those to keep.
    return lambda _, kept: kept[: max(len(kept) - (amount - 1), 0)]


def _with_files(context: TaskContext) -> list[str]:
    paths = (path.partition("/_files/") for path in context.storage.list(""))
    return sorted({before.replace("/", ".") for before, found, _ in paths if found})
