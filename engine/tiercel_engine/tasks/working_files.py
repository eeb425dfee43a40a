"""Files that a task wants in its working directory, and files that it leaves there.

Serves script tasks and WorkingDirectory alike: both have `namespaceFiles`, `inputFiles` and `outputFiles`.
"""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import anyio.to_thread

from tiercel_engine.storage.access import Reader
from tiercel_engine.storage.globs import matches_any
from tiercel_engine.storage.layout import StorageError, check_relative, task_run_path
from tiercel_engine.tasks.api import TaskContext, TaskFailure
from tiercel_engine.tasks.properties import as_text, items, mapping
from tiercel_schemas.model.durations import format_duration

MOST_OUTPUT_FILES = 100_000
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_HASH_LENGTH = 22
_URI_SIGNS = "/:@!$&'()*+,;=~-._%"


async def prepare_working_files(context: TaskContext, directory: Path) -> None:
    """Put the namespace files and the input files that a task asks for in its directory; raises `TaskFailure`."""
    await _stage_namespace_files(context, directory)
    await _stage_input_files(context, directory)


async def collect_output_files(context: TaskContext, directory: Path) -> dict[str, str]:
    """Store the files that the globs of `outputFiles` match; their URIs by relative path."""
    globs = [as_text(glob) for glob in await items(context, "outputFiles") or []]
    found = await anyio.to_thread.run_sync(_matching, directory, globs) if globs else []
    stored = {}
    for relative in found:
        key = _as_utf8(relative)
        while key in stored:
            key += "\N{REPLACEMENT CHARACTER}"
        # The name says which path it was by a hash; only the last step of the path stays readable.
        name = f"{_hash(key)}-{key.rpartition('/')[2].replace(' ', '+')}"
        stored[key] = quote(await store_file(context, directory / relative, name), safe=_URI_SIGNS)
    context.log("TRACE", f"Captured {len(stored)} output file(s).")
    return stored


async def store_file(context: TaskContext, content: Path | bytes, name: str) -> str:
    """Store a file of this task run under a name; returns its URI."""
    folder = task_run_path(
        context.namespace, context.flow_id, context.execution_id, context.task.id, context.task_run_id
    )
    uri: str = await anyio.to_thread.run_sync(context.storage.put, f"{folder}/{name}", content)
    return uri


def local_file(context: TaskContext, uri: str) -> Path:
    """The local file behind a `kestra://` or `nsfile://` URI; raises `TaskFailure` when there is none."""
    scheme = urlsplit(uri).scheme
    try:
        if scheme == "nsfile":
            parts = urlsplit(uri)
            path = namespace_file(context, parts.netloc or context.namespace, parts.path)
        elif scheme == "kestra":
            context.storage.access.check_uri(uri, reader_of(context))
            path = context.storage.path(uri)
        else:
            raise TaskFailure(f"Cannot read '{uri}': only kestra:// and nsfile:// files are served")
    except (StorageError, FileNotFoundError) as error:
        raise TaskFailure(str(error)) from error
    if not path.is_file():
        raise TaskFailure(f"Unable to find file '{uri}'")
    return path


def namespace_file(context: TaskContext, namespace: str, path: str) -> Path:
    """The local file behind a namespace file; raises `StorageError`, also where it may not be read, and
    `FileNotFoundError`."""
    context.storage.access.check_namespace(namespace, reader_of(context))
    local: Path = context.files.local(namespace, path)
    return local


def reader_of(context: TaskContext) -> Reader:
    """The execution of a task run, and the one that started it."""
    trigger = context.variables.get("trigger")
    started_by = trigger.get("executionId") if isinstance(trigger, Mapping) else None
    family = (context.execution_id, started_by)
    return Reader(context.namespace, frozenset(each for each in family if isinstance(each, str)))


async def _stage_namespace_files(context: TaskContext, directory: Path) -> None:
    spec = context.properties.get("namespaceFiles")
    if not isinstance(spec, Mapping):
        return
    settings = await context.render_value(dict(spec))
    if as_text(settings.get("enabled", True)).lower() != "true":
        return
    namespaces = _texts(settings.get("namespaces")) or [context.namespace]
    policy = as_text(settings.get("ifExists", "OVERWRITE")).upper()
    by_namespace = as_text(settings.get("folderPerNamespace", False)).lower() == "true"
    for namespace in namespaces:
        start = time.monotonic()
        try:
            context.storage.access.check_namespace(namespace, reader_of(context))
        except StorageError as error:
            raise TaskFailure(str(error)) from error
        paths = context.files.list(namespace, _texts(settings.get("include")), _texts(settings.get("exclude")))
        for path in paths:
            target = directory / (f"{namespace}/{path}" if by_namespace else path)
            if target.exists() and not _replaces(context, target, policy):
                continue
            source = context.files.local(namespace, path)
            await anyio.to_thread.run_sync(_copy, source, target)
        took = timedelta(seconds=time.monotonic() - start)
        shown = format_duration(took)
        context.log("INFO", f"Loaded {len(paths)} namespace files from '{namespace}' in {shown}")
        context.metric("counter", "namespacefiles.count", float(len(paths)))
        context.metric("timer", "namespacefiles.duration", took)


def _replaces(context: TaskContext, target: Path, policy: str) -> bool:
    if policy == "FAIL":
        raise TaskFailure(f"File '{target.name}' already exists in the working directory")
    if policy == "WARN":
        context.log("WARN", f"File '{target.name}' already exists in the working directory, kept as it is")
    return policy == "OVERWRITE"


async def _stage_input_files(context: TaskContext, directory: Path) -> None:
    if context.properties.get("inputFiles") is None:
        return
    files = await mapping(context, "inputFiles")
    for name, content in files.items():
        target = _inside(directory, name)
        text = as_text(content) if content is not None else ""
        if text.startswith(("kestra://", "nsfile://", "file://")) and "\n" not in text:
            await anyio.to_thread.run_sync(_copy, local_file(context, text), target)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8", newline="")
    context.log("TRACE", f"Provided {len(files)} input(s).")


def _inside(directory: Path, name: str) -> Path:
    try:
        check_relative(name, name)
    except StorageError as error:
        raise TaskFailure(str(error)) from error
    target = directory / name
    if not target.resolve().is_relative_to(directory.resolve()):
        raise TaskFailure(f"Path '{name}' leaves the working directory")
    return target


def _matching(directory: Path, globs: list[str]) -> list[str]:
    root = directory.resolve()
    found = []
    for file in directory.rglob("*"):
        relative = file.relative_to(directory).as_posix()
        if not matches_any(relative, globs) or not file.is_file():
            continue
        if not file.resolve().is_relative_to(root):
            continue
        found.append(relative)
        if len(found) > MOST_OUTPUT_FILES:
            raise TaskFailure(f"More than {MOST_OUTPUT_FILES} output files")
    return sorted(found)


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def _as_utf8(name: str) -> str:
    # A file may be named by any bytes; those that are no UTF-8 are replaced.
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _texts(value: Any) -> list[str]:
    if value is None:
        return []
    return [as_text(item) for item in value] if isinstance(value, (list, tuple)) else [as_text(value)]


def _hash(text: str) -> str:
    number = int.from_bytes(hashlib.md5(text.encode(), usedforsecurity=False).digest())
    digits = ""
    while len(digits) < _HASH_LENGTH:
        number, digit = divmod(number, len(_DIGITS))
        digits = _DIGITS[digit] + digits
    return digits
