"""Statements run, and what they give: `Query` and `Queries` of all databases."""

from __future__ import annotations

import tempfile
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import anyio
import anyio.to_thread

from tiercel_engine.tasks.api import TaskContext, TaskFailure, TaskResult
from tiercel_engine.tasks.core.storage.files import temporary_name
from tiercel_engine.tasks.plugins.jdbc.databases import Connected, Convert, set_autocommit
from tiercel_engine.tasks.plugins.jdbc.statements import bound, statements
from tiercel_engine.tasks.plugins.record_files import json_value, write_records
from tiercel_engine.tasks.properties import as_text, flag, mapping, required_text, text, whole
from tiercel_engine.tasks.working_files import store_file

MOST_FETCHED = 1_000_000
"""Rows that FETCH takes into outputs; more belong in a file (STORE)."""
_MODES = frozenset({"FETCH", "FETCH_ONE", "STORE", "NONE"})


@dataclass(frozen=True, slots=True)
class Opening:
    """How to connect, what expressions in the SQL may see besides, and what to output when the work is done."""

    connect: Callable[[], Connected]
    variables: Mapping[str, Any]
    more_outputs: Callable[[], Awaitable[Mapping[str, Any]]] | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """What a task's properties ask for."""

    sql: str
    after: str | None
    mode: str
    fetch_size: int
    parameters: Mapping[str, Any]
    zone: ZoneInfo
    transaction: bool


@dataclass(frozen=True, slots=True)
class Found:
    """What one statement gave: rows, or the file that they were written to."""

    rows: list[dict[str, Any]]
    file: Path | None
    size: int


async def run_query(context: TaskContext, opening: Opening) -> TaskResult:
    """One statement, and `afterSQL` in its transaction; outputs `row` or `rows` or `uri`, and `size`."""
    work = await _read_work(context.extended(opening.variables))
    listed = statements(work.sql)
    if len(listed) > 1:
        raise TaskFailure(
            "Query task support only a single SQL statement. Use the Queries task to run multiple statements."
        )
    if work.after is not None and len(statements(work.after)) > 1:
        raise TaskFailure(
            "Query task afterSQL supports only a single SQL statement. Use the Queries task to run multiple statements."
        )
    with tempfile.TemporaryDirectory(prefix="tiercel-") as folder:
        alone = replace(work, transaction=work.after is not None)
        found = await _perform(context, opening, alone, listed, Path(folder))
        outputs = await _outputs(context, work.mode, found[0]) if found else {}
    _measure(context, work.mode, sum(each.size for each in found))
    more = await opening.more_outputs() if opening.more_outputs is not None else {}
    return TaskResult({**outputs, **more})


async def run_queries(context: TaskContext, opening: Opening) -> TaskResult:
    """Statements in one transaction unless `transaction` is false; `outputs` has an entry for each with rows."""
    work = await _read_work(context.extended(opening.variables))
    with tempfile.TemporaryDirectory(prefix="tiercel-") as folder:
        found = await _perform(context, opening, work, statements(work.sql), Path(folder))
        outputs = [await _outputs(context, work.mode, each) for each in found]
    if work.mode == "NONE" and found:
        context.log("INFO", "fetchType is set to NONE, no output will be returned")
    _measure(context, work.mode, sum(each.size for each in found))
    more = await opening.more_outputs() if opening.more_outputs is not None else {}
    return TaskResult({"outputs": outputs, **more})


async def perform(connected: Connected, work: Callable[[], Any]) -> Any:
    """Work on a thread with a connection, cut short by a kill or a timeout; closes the connection."""
    try:
        return await anyio.to_thread.run_sync(work, abandon_on_cancel=True)
    except anyio.get_cancelled_exc_class():
        connected.interrupt()
        raise
    except connected.errors as error:
        raise TaskFailure(str(error).strip() or type(error).__name__) from error
    finally:
        connected.close()


async def _perform(context: TaskContext, opening: Opening, work: Work, listed: list[str], folder: Path) -> list[Found]:
    connected = await anyio.to_thread.run_sync(opening.connect)
    for sql in listed:
        context.log("DEBUG", f"Starting query: {sql}")
    found: list[Found] = await perform(connected, partial(_run, connected, context, work, listed, folder))
    return found


def _run(connected: Connected, context: TaskContext, work: Work, listed: list[str], folder: Path) -> list[Found]:
    connection = connected.connection
    set_autocommit(connection, on=not work.transaction)
    found = []
    try:
        for sql in listed:
            one = _execute(connected, context, work, sql, folder)
            found += [one] if one is not None else []
        for sql in statements(work.after or ""):
            _execute(connected, context, replace(work, mode="NONE"), sql, folder)
        if work.transaction:
            connection.commit()
    except BaseException:
        if work.transaction:
            connection.rollback()
        raise
    return found


def _execute(connected: Connected, context: TaskContext, work: Work, sql: str, folder: Path) -> Found | None:
    cursor = connected.connection.cursor()
    try:
        if work.parameters:
            prepared, values = bound(sql, work.parameters, connected.sign)
            cursor.execute(prepared, values) if values else cursor.execute(sql)
        else:
            cursor.execute(sql)
        if not cursor.description:
            return None
        rows = _rows(cursor, connected.converters(cursor, cursor.description, work.zone), work.fetch_size)
        if work.mode == "NONE":
            return Found([], None, 0)
        if work.mode == "FETCH_ONE":
            first = next(rows, None)
            return Found([first] if first is not None else [], None, 0 if first is None else 1)
        if work.mode == "FETCH":
            fetched = _bounded(rows)
            return Found(fetched, None, len(fetched))
        file = folder / temporary_name(".ion")
        return Found([], file, write_records(rows, file, context.version))
    finally:
        cursor.close()


def _rows(cursor: Any, converters: list[Convert], size: int) -> Iterator[dict[str, Any]]:
    names = [str(column[0]) for column in cursor.description]
    while part := cursor.fetchmany(size):
        for row in part:
            yield {name: None if value is None else convert(value)
                   for name, convert, value in zip(names, converters, row, strict=True)}  # fmt: skip


def _bounded(rows: Iterator[dict[str, Any]]) -> list[dict[str, Any]]:
    fetched = []
    for row in rows:
        fetched.append(row)
        if len(fetched) > MOST_FETCHED:
            raise TaskFailure(f"More than {MOST_FETCHED} rows to fetch: use fetchType STORE")
    return fetched


async def _outputs(context: TaskContext, mode: str, found: Found) -> dict[str, Any]:
    if mode == "NONE":
        return {}
    if found.file is not None:
        return {"uri": await store_file(context, found.file, temporary_name(".ion")), "size": found.size}
    rows = [json_value(row) for row in found.rows]
    if mode == "FETCH_ONE":
        return {"row": rows[0] if rows else None, "size": found.size}
    return {"rows": rows, "size": found.size}


async def _read_work(context: TaskContext) -> Work:
    mode = (await text(context, "fetchType", "NONE") or "NONE").upper()
    for old, meant in (("fetch", "FETCH"), ("fetchOne", "FETCH_ONE"), ("store", "STORE")):
        if await flag(context, old, default=False):
            mode = meant
            break
    if mode not in _MODES:
        raise TaskFailure("fetchType must be either FETCH, FETCH_ONE, STORE, or NONE")
    return Work(
        sql=await required_text(context, "sql"),
        after=await text(context, "afterSQL"),
        mode=mode,
        fetch_size=max(1, await whole(context, "fetchSize") or 10_000),
        parameters=await mapping(context, "parameters"),
        zone=await read_zone(context),
        transaction=await flag(context, "transaction", default=True),
    )


async def read_zone(context: TaskContext) -> ZoneInfo:
    """The `timeZoneId` of a task, UTC without one; raises `TaskFailure` for one that there isn't."""
    name = await text(context, "timeZoneId")
    try:
        return ZoneInfo("UTC" if name in {None, "Z"} else as_text(name))
    except (ValueError, OSError, KeyError) as error:
        raise TaskFailure(f"Unknown time-zone ID: {name}") from error


def _measure(context: TaskContext, mode: str, size: int) -> None:
    fetched = {"fetch": str(mode in {"FETCH", "FETCH_ONE"}).lower(), "store": str(mode == "STORE").lower()}
    context.metric("counter", "fetch.size", float(size), fetched)
