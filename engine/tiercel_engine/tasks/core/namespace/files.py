"""The `namespace` group: namespace files stored, fetched and removed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tiercel_engine.storage.globs import matches_any
from tiercel_engine.storage.layout import StorageError
from tiercel_engine.tasks.api import TaskContext, TaskFailure, TaskResult, task_type
from tiercel_engine.tasks.properties import as_text, items, mapping, required_text, text
from tiercel_engine.tasks.working_files import local_file, store_file

CORE = "io.kestra.plugin.core.namespace."


@task_type(CORE + "UploadFiles")
class UploadFiles:
    """Stores files of the working directory, or files by name, in a namespace."""

    async def run(self, context: TaskContext) -> TaskResult:
        """No outputs."""
        namespace = await required_text(context, "namespace")
        destination = (await text(context, "destination", "/") or "/").strip("/")
        conflict = (await text(context, "conflict", "OVERWRITE") or "").upper()
        for name, content in (await self._wanted(context)).items():
            path = f"{destination}/{name.lstrip('/')}".lstrip("/")
            await self._upload(context, namespace, path, content, conflict)
        return TaskResult()

    async def _wanted(self, context: TaskContext) -> Mapping[str, Path | bytes]:
        wanted: dict[str, Path | bytes] = {}
        globs = [as_text(glob) for glob in await items(context, "files") or []]
        if globs:
            directory = await context.working_directory()
            for file in sorted(directory.rglob("*")):
                relative = file.relative_to(directory).as_posix()
                if file.is_file() and matches_any(relative, globs):
                    wanted[relative] = file
        for name, value in (await mapping(context, "filesMap")).items():
            content = as_text(value)
            stored = content.startswith(("kestra://", "nsfile://"))
            wanted[name] = local_file(context, content) if stored else content.encode()
        return wanted

    async def _upload(
        self, context: TaskContext, namespace: str, path: str, content: Path | bytes, conflict: str
    ) -> None:
        try:
            there = context.files.exists(namespace, path)
            if there and conflict == "ERROR":
                raise TaskFailure(f"File '/{path}' already exists and 'conflict' is set to ERROR")
            if there and conflict == "SKIP":
                context.log("DEBUG", f"File '/{path}' already exists and 'conflict' is set to SKIP. Skipping")
                return
            context.files.write(namespace, path, content)
        except StorageError as error:
            raise TaskFailure(str(error)) from error
        done = "overwritten" if there else "added"
        context.log("DEBUG", f"File '/{path}' {done} to namespace '{namespace}'.")


@task_type(CORE + "DownloadFiles")
class DownloadFiles:
    """Copies namespace files to internal storage."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Output `files`: URIs by path."""
        namespace = await required_text(context, "namespace")
        destination = (await text(context, "destination", "") or "").strip("/")
        globs = [as_text(glob) for glob in await items(context, "files") or []]
        files: dict[str, Any] = {}
        for path in context.files.list(namespace, globs):
            target = f"{destination}/{path}".lstrip("/")
            uri = await store_file(context, context.files.local(namespace, path), target)
            files[f"/{path}"] = uri
            context.log("DEBUG", f"Downloaded {uri}")
        context.metric("counter", "downloaded", float(len(files)))
        return TaskResult({"files": files})


@task_type(CORE + "DeleteFiles")
class DeleteFiles:
    """Removes namespace files."""

    async def run(self, context: TaskContext) -> TaskResult:
        """No outputs."""
        namespace = await required_text(context, "namespace")
        globs = [as_text(glob) for glob in await items(context, "files") or []]
        deleted = 0
        for path in context.files.list(namespace, globs):
            if context.files.delete(namespace, path):
                context.log("DEBUG", f"Deleted {path}")
                deleted += 1
        context.metric("counter", "deleted", float(deleted))
        return TaskResult()
