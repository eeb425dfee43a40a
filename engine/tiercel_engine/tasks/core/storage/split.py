"""`Split`: one file into several, by size, rows, number of parts or a pattern."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from tiercel_engine.tasks.api import TaskContext, TaskFailure, TaskResult, task_type
from tiercel_engine.tasks.core.storage.files import ending_of, read_lines, separator, source, temporary_name
from tiercel_engine.tasks.properties import text, whole
from tiercel_engine.tasks.working_files import store_file

_SIZE = re.compile(r"([0-9]+)(KB|MB|GB)?", re.IGNORECASE)
_UNITS = {"": 1, "KB": 1 << 10, "MB": 1 << 20, "GB": 1 << 30}
_Parts = Iterable[list[str]]


@task_type("io.kestra.plugin.core.storage.Split")
class Split:
    """Cuts a file of lines into several files."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Output `uris`, in order."""
        uri, path = await source(context, "from")
        cut = await _cut(context)
        end = await separator(context)
        lines = read_lines(path) if end == "\n" else _pieces(path.read_text("utf-8"), end)
        uris = [
            await store_file(context, "".join(f"{line}{end}" for line in part).encode(), temporary_name(ending_of(uri)))
            for part in cut(lines, end)
        ]
        return TaskResult({"uris": uris})


def parse_size(value: str) -> int:
    """Bytes of `10`, `1KB`, `10MB`, `2GB`; raises `TaskFailure`."""
    match = _SIZE.fullmatch(value.strip())
    if match is None:
        raise TaskFailure(f"Invalid size with value '{value}'")
    return int(match[1]) * _UNITS[(match[2] or "").upper()]


async def _cut(context: TaskContext) -> Callable[[Iterator[str], str], _Parts]:
    size = await text(context, "bytes")
    if size is not None:
        limit = parse_size(size)
        return lambda lines, end: _by_size(lines, limit, end)
    parts = await whole(context, "partitions")
    if parts is not None:
        return lambda lines, _: _dealt(lines, max(parts, 1))
    rows = await whole(context, "rows")
    if rows is not None:
        return lambda lines, _: _by_rows(lines, max(rows, 1))
    pattern = await text(context, "regexPattern")
    if pattern is not None:
        try:
            compiled = re.compile(pattern)
        except re.error as error:
            raise TaskFailure(f"Invalid regexPattern '{pattern}': {error}") from error
        return lambda lines, _: _by_pattern(lines, compiled)
    raise TaskFailure("Invalid configuration with no size, count, rows, nor regexPattern")


def _by_size(lines: Iterator[str], limit: int, end: str) -> _Parts:
    part: list[str] = []
    size = 0
    for line in lines:
        if part and size >= limit:
            yield part
            part, size = [], 0
        part.append(line)
        size += len((line + end).encode())
    if part:
        yield part


def _by_rows(lines: Iterator[str], rows: int) -> _Parts:
    part: list[str] = []
    for line in lines:
        part.append(line)
        if len(part) == rows:
            yield part
            part = []
    if part:
        yield part


def _dealt(lines: Iterator[str], parts: int) -> _Parts:
    dealt: dict[int, list[str]] = {}
    for index, line in enumerate(lines):
        dealt.setdefault(index % parts, []).append(line)
    return dealt.values()


def _by_pattern(lines: Iterator[str], pattern: re.Pattern[str]) -> _Parts:
    routed: dict[Any, list[str]] = {}
    for line in lines:
        match = pattern.search(line)
        if match is not None:
            routed.setdefault(match[1] if pattern.groups else match[0], []).append(line)
    return routed.values()


def _pieces(content: str, end: str) -> Iterator[str]:
    return iter(content.removesuffix(end).split(end))
