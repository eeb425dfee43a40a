"""Rows of a file put into a table, many at a time: `Batch` of all databases."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import anyio.to_thread

from tiercel_engine.tasks.api import TaskContext, TaskFailure, TaskResult
from tiercel_engine.tasks.plugins.jdbc.databases import Connected, set_autocommit
from tiercel_engine.tasks.plugins.jdbc.running import Opening, perform
from tiercel_engine.tasks.plugins.jdbc.statements import with_sign
from tiercel_engine.tasks.plugins.record_files import read_records, source_file
from tiercel_engine.tasks.properties import as_text, items, text, whole

_TABLE = re.compile(r'[\w$."`]+')


@dataclass(frozen=True, slots=True)
class _Work:
    source: Path
    sql: str | None
    table: str | None
    columns: list[str]
    chunk: int


@dataclass(frozen=True, slots=True)
class _Done:
    records: int
    updated: int
    queries: int


async def run_batch(context: TaskContext, opening: Opening) -> TaskResult:
    """Outputs `rowCount` and `updatedCount`; raises `TaskFailure`. A chunk is a transaction."""
    work = _Work(
        await source_file(context),
        await text(context, "sql"),
        await text(context, "table"),
        [as_text(name) for name in await items(context, "columns") or []],
        max(1, await whole(context, "chunk") or 1000),
    )
    if work.sql is None and work.table is None:
        raise TaskFailure("Either 'sql' or 'table' must be provided")
    if work.table is not None and _TABLE.fullmatch(work.table) is None:
        raise TaskFailure(f"Invalid table name '{work.table}'")
    connected = await anyio.to_thread.run_sync(opening.connect)
    done: _Done = await perform(connected, partial(_run, connected, work))
    context.metric("counter", "records", float(done.records))
    context.metric("counter", "updated", float(done.updated))
    context.metric("counter", "query", float(done.queries))
    context.log("INFO", f"Successfully executed {done.queries} bulk queries and updated {done.updated} rows")
    return TaskResult({"rowCount": done.records, "updatedCount": done.updated})


def _run(connected: Connected, work: _Work) -> _Done:
    connection = connected.connection
    set_autocommit(connection, on=False)
    columns = work.columns
    if not columns and work.sql is None:
        columns = _columns(connection, work.table or "")
    sql = work.sql
    if sql is None:
        marks = ", ".join("?" * len(columns))
        sql = f"INSERT INTO {work.table} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608 - names are checked
    statement, signs = with_sign(sql, connected.sign), _marks(sql)
    records = updated = queries = 0
    try:
        for part in _chunks((_values(row, columns, signs) for row in read_records(work.source)), work.chunk):
            cursor = connection.cursor()
            cursor.executemany(statement, part)
            connection.commit()
            changed = cursor.rowcount
            cursor.close()
            records, queries = records + len(part), queries + 1
            updated += changed if isinstance(changed, int) and changed >= 0 else len(part)
    except BaseException:
        connection.rollback()
        raise
    return _Done(records, updated, queries)


def _columns(connection: Any, table: str) -> list[str]:
    cursor = connection.cursor()
    try:
        cursor.execute(f"SELECT * FROM {table} WHERE 1 = 0")  # noqa: S608 - the name is checked
        return [str(column[0]) for column in cursor.description]
    finally:
        cursor.close()


def _marks(sql: str) -> int:
    return with_sign(sql, "\0").count("\0")


def _values(row: Any, columns: list[str], marks: int) -> list[Any]:
    if isinstance(row, dict):
        values = [row.get(name) for name in columns] if columns else list(row.values())
    elif isinstance(row, list):
        values = list(row)
    else:
        values = [row]
    return [_bindable(value) for value in [*values, *[None] * (marks - len(values))][:marks]]


def _bindable(value: Any) -> Any:
    return json.dumps(value, default=str) if isinstance(value, dict) else value


def _chunks(rows: Iterable[list[Any]], size: int) -> Iterator[list[list[Any]]]:
    remaining = iter(rows)
    while part := list(islice(remaining, size)):
        yield part
