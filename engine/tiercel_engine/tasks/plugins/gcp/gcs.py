"""Objects of Google Cloud Storage, through fsspec's gcsfs."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar
from urllib.parse import urlsplit

from tiercel_engine.expressions.java.regex import matches_whole
from tiercel_engine.tasks.api import TaskContext, TaskFailure, TaskResult, task_type
from tiercel_engine.tasks.needs import Needs
from tiercel_engine.tasks.plugins.record_files import in_thread, store_made
from tiercel_engine.tasks.properties import flag, required_text, text, whole
from tiercel_engine.tasks.working_files import local_file

_PLACE = "io.kestra.plugin.gcp.gcs."
_EMULATOR = "STORAGE_EMULATOR_HOST"
_MOST_FILES = 25
_T = TypeVar("_T")
GCS = Needs("tiercel[gcs]", ("gcsfs",))


async def _system(context: TaskContext) -> Any:
    # The plain file system: the one that the package exports asks over gRPC first what kind a bucket is of.
    from gcsfs.core import GCSFileSystem

    account = await text(context, "serviceAccount")
    token: Any = "anon" if os.environ.get(_EMULATOR) else None
    if account is not None:
        try:
            token = json.loads(account)
        except ValueError as error:
            raise TaskFailure("Property 'serviceAccount' is no JSON key of a service account") from error
    project = await text(context, "projectId")
    options = {"token": token, "project": project or "", "skip_instance_cache": True, "use_listings_cache": False}
    return await _done(lambda: GCSFileSystem(**options))


async def _done(work: Callable[[], _T]) -> _T:
    try:
        return await in_thread(work)
    except TaskFailure:
        raise
    except Exception as error:
        # gcsfs hands on what it is told by the server, by its login and by its HTTP client.
        raise TaskFailure(str(error) or type(error).__name__) from error


def _parts(uri: str) -> tuple[str, str]:
    """Bucket and name of a `gs://` URI; raises `TaskFailure`."""
    parts = urlsplit(uri)
    if parts.scheme != "gs" or not parts.netloc:
        raise TaskFailure(f"Invalid GCS URI '{uri}': it has to begin with gs://")
    return parts.netloc, uri.removeprefix(f"gs://{parts.netloc}").lstrip("/")


@task_type(_PLACE + "Upload", needs=GCS)
class Upload:
    """Puts a stored file into a bucket."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Output `uri`, `md5`, `crc32c`; raises `TaskFailure`."""
        source, to = local_file(context, await required_text(context, "from")), await required_text(context, "to")
        bucket, name = _parts(to)
        kind, system = await text(context, "contentType"), await _system(context)
        options = {"content_type": kind} if kind else {}
        made = await _done(lambda: _put(system, source, f"{bucket}/{name}", options))
        context.metric("counter", "file.size", float(_size(source)))
        return TaskResult({"uri": f"gs://{bucket}/{name}", "md5": made.get("md5Hash"), "crc32c": made.get("crc32c")})


def _size(file: Path) -> int:
    return file.stat().st_size


def _put(system: Any, source: Path, path: str, options: dict[str, str]) -> dict[str, Any]:
    system.put_file(str(source), path, **options)
    made: dict[str, Any] = system.info(path)
    return made


@task_type(_PLACE + "Download", needs=GCS)
class Download:
    """Takes an object into storage."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Outputs `bucket`, `path`, `uri`; raises `TaskFailure`."""
        bucket, name = _parts(await required_text(context, "from"))
        uri = await _taken(context, await _system(context), bucket, name)
        return TaskResult({"bucket": bucket, "path": name, "uri": uri})


async def _taken(context: TaskContext, system: Any, bucket: str, name: str) -> str:
    ending = PurePosixPath(name).suffix or ".tmp"
    try:
        uri, _ = await store_made(context, ending, lambda file: system.get_file(f"{bucket}/{name}", str(file)))
    except FileNotFoundError as error:
        raise TaskFailure(f"Unable to find blob '{name}' on bucket '{bucket}'") from error
    except TaskFailure:
        raise
    except Exception as error:
        raise TaskFailure(str(error) or type(error).__name__) from error
    return uri


@task_type(_PLACE + "List", needs=GCS)
class List:
    """Lists the objects below a URI."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Output `blobs`; raises `TaskFailure`."""
        blobs = await _listed(context, await _system(context), await whole(context, "maxFiles") or _MOST_FILES)
        context.metric("counter", "size", float(len(blobs)))
        return TaskResult({"blobs": blobs})


async def _listed(context: TaskContext, system: Any, most: int | None) -> list[dict[str, Any]]:
    bucket, prefix = _parts(await required_text(context, "from"))
    deep = (await text(context, "listingType", "DIRECTORY") or "").upper() == "RECURSIVE"
    pattern, kind = await text(context, "regExp"), (await text(context, "filter", "BOTH") or "BOTH").upper()

    def work() -> list[dict[str, Any]]:
        try:
            found = system.find(f"{bucket}/{prefix}", maxdepth=None if deep else 1, detail=True, withdirs=not deep)
        except FileNotFoundError:
            return []
        return [_blob(bucket, each) for each in found.values()]

    blobs = [
        blob
        for blob in await _done(work)
        if (pattern is None or matches_whole(pattern, blob["uri"]))
        and kind != ("DIRECTORY" if not blob["isDirectory"] else "FILES")
    ]
    if most is not None and len(blobs) > most:
        context.log("WARN", f"Too many files to process ({len(blobs)}), limiting to {most}")
        return blobs[:most]
    return blobs


def _blob(bucket: str, found: dict[str, Any]) -> dict[str, Any]:
    name = found["name"].removeprefix(f"{bucket}/")
    is_folder = found.get("type") == "directory"
    return {
        "bucket": bucket,
        "name": name,
        "uri": f"gs://{bucket}/{name}",
        "size": int(found.get("size") or 0),
        "contentType": found.get("contentType"),
        "isDirectory": is_folder,
        "md5": found.get("md5Hash"),
        "etag": found.get("etag"),
    }


@task_type(_PLACE + "Delete", needs=GCS)
class Delete:
    """Deletes an object."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Outputs `uri` and `deleted`; raises `TaskFailure` for a missing one with `errorOnMissing`."""
        uri = await required_text(context, "uri")
        bucket, name = _parts(uri)
        system = await _system(context)
        deleted = await _done(lambda: _delete(system, f"{bucket}/{name}"))
        if not deleted and await flag(context, "errorOnMissing", default=False):
            raise TaskFailure(f"Unable to find blob '{uri}'")
        return TaskResult({"uri": uri, "deleted": deleted})


def _delete(system: Any, path: str) -> bool:
    with suppress(FileNotFoundError):
        system.rm_file(path)
        return True
    return False


@task_type(_PLACE + "DeleteList", needs=GCS)
class DeleteList:
    """Deletes the objects that a listing finds."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Outputs `count` and `size`; raises `TaskFailure` for none with `errorOnEmpty`."""
        system = await _system(context)
        blobs = [blob for blob in await _listed(context, system, None) if not blob["isDirectory"]]
        if not blobs and await flag(context, "errorOnEmpty", default=False):
            raise TaskFailure("No files to delete")
        for blob in blobs:
            await _done(lambda path=f"{blob['bucket']}/{blob['name']}": _delete(system, path))  # type: ignore[misc]
        size = sum(blob["size"] for blob in blobs)
        context.metric("counter", "count", float(len(blobs)))
        context.metric("counter", "size", float(size))
        return TaskResult({"count": len(blobs), "size": size})


@task_type(_PLACE + "Copy", needs=GCS)
class Copy:
    """Copies an object, or moves it with `delete`."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Output `uri`; raises `TaskFailure`."""
        source, to = "/".join(_parts(await required_text(context, "from"))), await required_text(context, "to")
        target = "/".join(_parts(to))
        if source == target:
            raise TaskFailure("Invalid copy to same path")
        system = await _system(context)
        await _done(lambda: system.cp_file(source, target))
        if await flag(context, "delete", default=False):
            await _done(lambda: _delete(system, source))
        return TaskResult({"uri": to})
