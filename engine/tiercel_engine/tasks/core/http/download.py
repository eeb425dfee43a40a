"""`http.Download`."""

from __future__ import annotations

import re
import tempfile
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import unquote

from tiercel_engine.tasks.api import TaskContext, TaskFailure, TaskResult, task_type
from tiercel_engine.tasks.core.http.exchange import exchange, header_lists, read_options
from tiercel_engine.tasks.core.storage.files import temporary_name
from tiercel_engine.tasks.properties import flag, text
from tiercel_engine.tasks.working_files import store_file

if TYPE_CHECKING:
    import httpx

_FILE_NAME = re.compile(r"""filename\s*=\s*(?:"([^"]*)"|([^;\s]+))""", re.IGNORECASE)
_ENCODED_NAME = re.compile(r"""filename\*\s*=\s*"?([\w-]*)'[^']*'([^;\s"]+)""", re.IGNORECASE)


@task_type("io.kestra.plugin.core.http.Download", "io.kestra.plugin.fs.http.Download")
class Download:
    """Stores what a URL answers."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Outputs `uri` (in storage), `code`, `length`, `headers`."""
        options = await read_options(context)
        async with exchange(context, options) as response:
            with tempfile.TemporaryDirectory() as folder:
                file = Path(folder) / "download"
                length = 0
                with file.open("wb") as sink:
                    async for chunk in response.aiter_bytes():
                        sink.write(chunk)
                        length += len(chunk)
                if not length:
                    if await flag(context, "failOnEmptyResponse", default=True):
                        raise TaskFailure("No response from server")
                    context.log("WARN", "No response from server")
                context.log("DEBUG", f"File '{response.url}' downloaded with size '{length}'")
                name = await text(context, "saveAs") or _name(response)
                uri = await store_file(context, file, name)
            return TaskResult(
                {
                    "uri": uri,
                    "code": response.status_code,
                    "length": length,
                    "headers": header_lists(response),
                }
            )


def _name(response: httpx.Response) -> str:
    given = _named(response.headers.get("content-disposition", "")) or unquote(response.url.path)
    # Only the last step: a server must not choose a folder.
    name = PurePosixPath(given.replace("\\", "/")).name
    return name if name not in ("", ".", "..") else temporary_name(".tmp")


def _named(disposition: str) -> str | None:
    encoded = _ENCODED_NAME.search(disposition)
    if encoded is not None:
        with suppress(LookupError):
            return unquote(encoded[2], encoding=encoded[1] or "utf-8")
    match = _FILE_NAME.search(disposition)
    return (match[1] or match[2]) if match else None
