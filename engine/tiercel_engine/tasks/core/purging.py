"""What the tasks that tidy up share: which namespaces they look at, and files of executions that go."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase

from tiercel_engine.storage.layout import execution_path
from tiercel_engine.store.purge import Found
from tiercel_engine.tasks.api import TaskContext
from tiercel_engine.tasks.properties import as_text, flag, items, text


async def chosen_namespaces(context: TaskContext, known: Iterable[str]) -> list[str]:
    """Those of the known namespaces that `namespaces`, `namespacePattern` and `includeChildNamespaces` choose."""
    named = [as_text(name) for name in await items(context, "namespaces") or []]
    pattern = await text(context, "namespacePattern")
    if not named and pattern is None:
        return list(known)
    below = await flag(context, "includeChildNamespaces", default=True)
    return [
        name
        for name in known
        if (pattern is not None and fnmatchcase(name, pattern))
        or any(name == each or (below and name.startswith(f"{each}.")) for each in named)
    ]


def folder_of(found: Found) -> str:
    """The folder of an execution in internal storage."""
    return execution_path(found.namespace, found.flow_id, found.id)


def files_removed(context: TaskContext, executions: Iterable[Found]) -> list[str]:
    """Remove the files of executions; the relative paths of what there was."""
    files = []
    for each in executions:
        files += context.storage.list(folder_of(each))
        context.storage.delete_folder(folder_of(each))
    return files
