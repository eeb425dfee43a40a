"""Avro."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tiercel_engine.tasks.api import TaskContext, TaskFailure, TaskResult, task_type
from tiercel_engine.tasks.plugins.record_files import counted, in_thread, read_records, source_file, store_made
from tiercel_engine.tasks.plugins.serdes.avro_schemas import inferred_schema, read_schema
from tiercel_engine.tasks.plugins.serdes.avro_values import read_conversion
from tiercel_engine.tasks.plugins.serdes.conversion import AVRO, counted_result, to_ion
from tiercel_engine.tasks.properties import flag, text, whole

_PLACE = "io.kestra.plugin.serdes.avro."
_ROWS_TO_SCAN = 100


@task_type(_PLACE + "AvroToIon", needs=AVRO)
class AvroToIon:
    """Reads the records of an Avro file."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Outputs `uri` and `size`; raises `TaskFailure` for what is no Avro file."""
        return await to_ion(context, _records)


def _records(file: Path) -> Iterator[Any]:
    from fastavro import reader

    with file.open("rb") as source:
        try:
            records = reader(source)
            schema: Any = records.writer_schema
            wrapped = schema["name"].endswith("root") and [each["name"] for each in schema["fields"]] == ["value"]
            for record in records:
                yield plain_times(record["value"] if wrapped else record)  # type: ignore[index, call-overload]
        except (ValueError, KeyError, TypeError, EOFError, IndexError, StopIteration) as error:
            raise TaskFailure(f"Invalid Avro file: {error}") from error


def plain_times(value: Any) -> Any:
    """Values as rows have them: identifiers as text, moments of any name of UTC as instants."""
    import uuid

    if isinstance(value, dict):
        return {name: plain_times(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [plain_times(inner) for inner in value]
    if isinstance(value, dt.datetime) and value.tzinfo is not None:
        return value.astimezone(dt.UTC)
    return str(value) if isinstance(value, uuid.UUID) else value


@task_type(_PLACE + "IonToAvro", needs=AVRO)
class IonToAvro:
    """Writes rows as records of `schema`, or of the schema that their first rows have."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Outputs `uri` and `size`; raises `TaskFailure` for a row that doesn't fit unless `onBadLines` says so."""
        source = await source_file(context)
        schema = await schema_of(context, source)
        conversion = await read_conversion(context)

        def make(target: Path) -> int:
            from fastavro import writer

            count = [0]
            with target.open("wb") as sink:
                writer(sink, schema, counted(conversion.rows(schema, read_records(source)), count))
            return count[0]

        uri, size = await store_made(context, ".avro", make)
        return counted_result(context, uri, size)


@task_type(_PLACE + "InferAvroSchemaFromIon", needs=AVRO)
class InferAvroSchemaFromIon:
    """Tells the schema that the first rows have."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Output `uri`; raises `TaskFailure` for a file without rows."""
        source = await source_file(context)
        most = await whole(context, "numberOfRowsToScan")

        def make(target: Path) -> None:
            schema = inferred_schema(read_records(source), _ROWS_TO_SCAN if most is None else most)
            target.write_text(json.dumps(schema, separators=(",", ":")), encoding="utf-8")

        uri, _ = await store_made(context, ".avsc", make)
        return TaskResult({"uri": uri})


async def schema_of(context: TaskContext, source: Path) -> Any:
    """The parsed schema of a task, as written or as its rows have it; raises `TaskFailure`."""
    written = await text(context, "schema")
    if written is not None:
        return read_schema(written)
    most = await whole(context, "numberOfRowsToScan")
    scanned = None if await flag(context, "inferAllFields", default=False) else _ROWS_TO_SCAN if most is None else most
    return read_schema(json.dumps(await in_thread(lambda: inferred_schema(read_records(source), scanned))))
