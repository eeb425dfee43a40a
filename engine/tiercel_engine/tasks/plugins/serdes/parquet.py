"""Parquet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from tiercel_engine.tasks.api import TaskContext, TaskFailure, TaskResult, task_type
from tiercel_engine.tasks.needs import Needs
from tiercel_engine.tasks.plugins.record_files import counted, read_records, source_file, store_made
from tiercel_engine.tasks.plugins.serdes.avro import plain_times, schema_of
from tiercel_engine.tasks.plugins.serdes.avro_values import read_conversion
from tiercel_engine.tasks.plugins.serdes.conversion import PARQUET, counted_result, to_ion
from tiercel_engine.tasks.properties import text, whole

_PLACE = "io.kestra.plugin.serdes.parquet."
_BATCH = 10_000
_ROW_GROUP = 128 * 1024 * 1024
_WRITING = Needs(PARQUET.package, (*PARQUET.modules, "fastavro"))


@task_type(_PLACE + "ParquetToIon", needs=PARQUET)
class ParquetToIon:
    """Reads the rows of a Parquet file."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Outputs `uri` and `size`; raises `TaskFailure` for what is no Parquet file."""
        return await to_ion(context, _rows)


def _rows(file: Path) -> Iterator[Any]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(file) as opened:
            for batch in opened.iter_batches(_BATCH):
                yield from map(plain_times, batch.to_pylist(maps_as_pydicts="lossy"))
    except (pa.ArrowInvalid, OSError) as error:
        raise TaskFailure(f"Invalid Parquet file: {error}") from error


@task_type(_PLACE + "IonToParquet", needs=_WRITING)
class IonToParquet:
    """Writes rows by an Avro schema, given or as their first rows have it."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Outputs `uri` and `size`; raises `TaskFailure` for a row that doesn't fit unless `onBadLines` says so."""
        source = await source_file(context)
        schema = await schema_of(context, source)
        conversion = await read_conversion(context)
        codec = (await text(context, "compressionCodec", "GZIP") or "GZIP").upper()
        settings: dict[str, Any] = {
            "compression": "NONE" if codec == "UNCOMPRESSED" else codec,
            "version": "1.0" if (await text(context, "parquetVersion") or "V2").upper() == "V1" else "2.6",
        }
        for name, option in (("pageSize", "data_page_size"), ("dictionaryPageSize", "dictionary_pagesize_limit")):
            limit = await whole(context, name)
            settings |= {option: limit} if limit is not None else {}
        group = await whole(context, "rowGroupSize") or _ROW_GROUP

        def make(target: Path) -> int:
            count = [0]
            rows = counted(conversion.rows(schema, read_records(source)), count)
            _write(rows, _arrow_type(schema), target, settings, group)
            return count[0]

        uri, size = await store_made(context, ".parquet", make)
        return counted_result(context, uri, size)


def _write(rows: Iterable[Any], kind: Any, target: Path, settings: dict[str, Any], group: int) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    remaining, shape = iter(rows), pa.schema(list(kind))
    try:
        with pq.ParquetWriter(target, shape, **settings) as writer:
            waiting: list[Any] = []
            while part := list(islice(remaining, _BATCH)):
                waiting.append(pa.RecordBatch.from_pylist(part, schema=shape))
                if sum(batch.nbytes for batch in waiting) >= group:
                    writer.write_table(pa.Table.from_batches(waiting))
                    waiting = []
            if waiting:
                writer.write_table(pa.Table.from_batches(waiting))
    except pa.ArrowException as error:
        raise TaskFailure(f"The rows can't be written as Parquet: {error}") from error


def _arrow_type(schema: Any) -> Any:
    """The type that Arrow has for an Avro schema; of a union without null in it, that of its first type."""
    import pyarrow as pa

    if isinstance(schema, list):
        return _arrow_type(next((each for each in schema if each != "null"), "null"))
    logical = schema.get("logicalType") if isinstance(schema, dict) else None
    kind = schema["type"] if isinstance(schema, dict) else schema
    if logical == "decimal":
        return pa.decimal128(schema.get("precision", 38), schema.get("scale", 0))
    plain: dict[str, Any] = {
        "date": pa.date32(), "time-millis": pa.time32("ms"), "time-micros": pa.time64("us"), "uuid": pa.string(),
        "timestamp-millis": pa.timestamp("ms", "UTC"), "timestamp-micros": pa.timestamp("us", "UTC"),
        "local-timestamp-millis": pa.timestamp("ms"), "local-timestamp-micros": pa.timestamp("us"),
        "null": pa.null(), "int": pa.int32(), "long": pa.int64(), "float": pa.float32(), "double": pa.float64(),
        "boolean": pa.bool_(), "string": pa.string(), "bytes": pa.binary(), "enum": pa.string(),
    }  # fmt: skip
    if logical in plain or kind in plain:
        return plain.get(logical or "", plain.get(kind))
    if kind == "array":
        return pa.list_(_arrow_type(schema["items"]))
    if kind == "map":
        return pa.map_(pa.string(), _arrow_type(schema["values"]))
    if kind == "fixed":
        return pa.binary(schema["size"])
    return pa.struct([_field(each) for each in schema["fields"]])


def _field(field: Any) -> Any:
    import pyarrow as pa

    optional = field["type"] == "null" or (isinstance(field["type"], list) and "null" in field["type"])
    return pa.field(field["name"], _arrow_type(field["type"]), nullable=optional)
