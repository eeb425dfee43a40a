"""What the storage tasks share: temporary names, endings, lines."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from tiercel_engine.storage.layout import path_of
from tiercel_engine.tasks.api import TaskContext
from tiercel_engine.tasks.properties import required_text, text
from tiercel_engine.tasks.working_files import local_file

DEFAULT_ENDING = ".tmp"


def temporary_name(ending: str) -> str:
    """A name that no other file of the task run has."""
    return f"{secrets.randbits(63)}{ending}"


def ending_of(uri: str) -> str:
    """The ending of a stored file's name, `.tmp` where it has none."""
    return PurePosixPath(path_of(uri)).suffix or DEFAULT_ENDING


async def source(context: TaskContext, name: str) -> tuple[str, Path]:
    """The URI that a property renders to, and its local file; raises `TaskFailure`."""
    uri = await required_text(context, name)
    return uri, local_file(context, uri)


async def separator(context: TaskContext) -> str:
    """The text after each line, a line break unless the task says otherwise."""
    return await text(context, "separator", "\n") or ""


def read_lines(path: Path, encoding: str = "utf-8") -> Iterator[str]:
    """The lines of a file without their ends."""
    with path.open(encoding=encoding, errors="replace", newline=None) as lines:
        for line in lines:
            yield line.removesuffix("\n")
