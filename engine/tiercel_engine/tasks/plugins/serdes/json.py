"""JSON and JSON lines."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TextIO

from tiercel_engine.expressions.texts import json_text
from tiercel_engine.tasks.api import TaskContext, TaskFailure, TaskResult, task_type
from tiercel_engine.tasks.plugins.record_files import counted, json_value, read_records
from tiercel_engine.tasks.plugins.serdes.conversion import charset, from_file, to_ion, zone
from tiercel_engine.tasks.properties import flag

_PLACE = "io.kestra.plugin.serdes.json."


@task_type(_PLACE + "JsonToIon")
class JsonToIon:
    """Reads JSON lines, or one JSON value whose elements are the rows."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Outputs `uri` and `size`; raises `TaskFailure` for what is no JSON."""
        encoding = await charset(context)
        by_line = await flag(context, "newLine", default=True)
        return await to_ion(context, lambda file: _lines(file, encoding) if by_line else _elements(file, encoding))


@task_type(_PLACE + "IonToJson")
class IonToJson:
    """Writes rows as JSON lines, or as one JSON array."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Outputs `uri` and `size`; a single row without `newLine` is written as it is, not as an array."""
        encoding, target_zone = await charset(context), await zone(context)
        by_line = await flag(context, "newLine", default=True)

        def write(source: Path, target: Path) -> int:
            count = [0]
            with target.open("w", encoding=encoding, newline="", errors="replace") as sink:
                rows = (_text(row, target_zone) for row in counted(read_records(source), count))
                if by_line:
                    sink.writelines(f"{row}\n" for row in rows)
                else:
                    write_array(rows, sink)
            return count[0]

        return await from_file(context, ".jsonl" if by_line else ".json", write)


@task_type(_PLACE + "JsonToJsonl")
class JsonToJsonl:
    """Writes the elements of a JSON array, or JSON objects one after another, as JSON lines."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Outputs `uri` and `size`; raises `TaskFailure` for what is no JSON."""
        encoding = await charset(context)

        def write(source: Path, target: Path) -> int:
            count = [0]
            with target.open("w", encoding=encoding, newline="") as sink:
                for row in counted(_documents(source, encoding), count):
                    sink.write(json_text(row, keep_null=True) + "\n")
            return count[0]

        return await from_file(context, ".jsonl", write)


def write_array(rows: Iterable[str], sink: TextIO) -> None:
    """Write JSON texts as one array; a single one as it is, and `null` where there is none."""
    number = -1
    held = "null"
    for number, row in enumerate(rows):
        if number:
            sink.write(("[" if number == 1 else ",") + held)
        held = row
    sink.write(f",{held}]" if number > 0 else held)


def _text(row: Any, target_zone: dt.tzinfo | None) -> str:
    return json_text(json_value(_in_zone(row, target_zone)), keep_null=True)


def _in_zone(value: Any, target: dt.tzinfo | None) -> Any:
    if target is None:
        return value
    if isinstance(value, dict):
        return {name: _in_zone(inner, target) for name, inner in value.items()}
    if isinstance(value, list):
        return [_in_zone(inner, target) for inner in value]
    return value.astimezone(target) if isinstance(value, dt.datetime) and value.tzinfo is not None else value


def _lines(file: Path, encoding: str) -> Iterator[Any]:
    with file.open(encoding=encoding) as source:
        for number, line in enumerate(source, 1):
            if line.strip():
                yield parsed(line, f"line {number}")


def _elements(file: Path, encoding: str) -> Iterator[Any]:
    value = parsed(file.read_text(encoding=encoding), "the file")
    yield from value if isinstance(value, list) else [value]


def _documents(file: Path, encoding: str) -> Iterator[Any]:
    content = file.read_text(encoding=encoding)
    decoder, place = json.JSONDecoder(), 0
    if content.lstrip()[:1] not in {"", "[", "{"}:
        raise TaskFailure("Invalid JSON format. Expected JSON array or object")
    while (place := _after_space(content, place)) < len(content):
        try:
            value, place = decoder.raw_decode(content, place)
        except (ValueError, RecursionError) as error:
            raise TaskFailure(f"Invalid JSON format: {error}") from error
        yield from value if isinstance(value, list) else [value]


def _after_space(content: str, place: int) -> int:
    while place < len(content) and content[place] in " \t\r\n":
        place += 1
    return place


def parsed(content: str, where: str) -> Any:
    """A JSON text's value; raises `TaskFailure` that tells where it was read."""
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise TaskFailure(f"Invalid JSON in {where}: {error}") from error
