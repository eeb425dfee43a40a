"""PostgreSQL."""

from __future__ import annotations

import datetime as dt
import ipaddress
import uuid
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tiercel_engine.tasks.api import TaskContext, TaskFailure, TaskResult, task_type
from tiercel_engine.tasks.core.storage.files import temporary_name
from tiercel_engine.tasks.needs import Needs
from tiercel_engine.tasks.plugins.jdbc.batches import run_batch
from tiercel_engine.tasks.plugins.jdbc.databases import (
    Connected,
    Convert,
    connect_through_sqlalchemy,
    in_zone,
    read_login,
)
from tiercel_engine.tasks.plugins.jdbc.running import Opening, perform, run_queries, run_query
from tiercel_engine.tasks.plugins.record_files import source_file, store_made
from tiercel_engine.tasks.properties import as_text, flag, items, required_text, text

_PLACE = "io.kestra.plugin.jdbc.postgresql."
_PREFIXES = ("jdbc:postgresql:",)
_BLOCK = 1 << 16
NEEDS = Needs("tiercel[postgresql]", ("sqlalchemy", "psycopg"))
_KNOWN = {
    "sslmode": "sslmode",
    "ApplicationName": "application_name",
    "connectTimeout": "connect_timeout",
    "sslrootcert": "sslrootcert",
    "options": "options",
}
_CERTIFICATES = (("sslRootCert", "sslrootcert"), ("sslCert", "sslcert"), ("sslKey", "sslkey"))


@task_type(_PLACE + "Query", needs=NEEDS)
class Query:
    """Runs one statement."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Outputs `row`, `rows` or `uri`, and `size`; raises `TaskFailure`."""
        return await run_query(context, await _opening(context))


@task_type(_PLACE + "Queries", needs=NEEDS)
class Queries:
    """Runs several statements."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Output `outputs`; raises `TaskFailure`."""
        return await run_queries(context, await _opening(context))


@task_type(_PLACE + "Batch", needs=NEEDS)
class Batch:
    """Puts the rows of a file into a table."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Outputs `rowCount` and `updatedCount`; raises `TaskFailure`."""
        return await run_batch(context, await _opening(context))


@task_type(_PLACE + "CopyIn", needs=NEEDS)
class CopyIn:
    """Copies a file into a table as PostgreSQL reads it."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Output `rowCount`; raises `TaskFailure`."""
        source, sql = await source_file(context), await _copy(context, None, "FROM STDIN")
        connected = (await _opening(context)).connect()

        def work() -> int:
            with connected.connection.cursor() as cursor:
                with source.open("rb") as content, cursor.copy(sql) as copy:
                    while block := content.read(_BLOCK):
                        copy.write(block)
                connected.connection.commit()
                return int(cursor.rowcount)

        rows: int = await perform(connected, work)
        context.metric("counter", "rows", float(rows))
        return TaskResult({"rowCount": rows})


@task_type(_PLACE + "CopyOut", needs=NEEDS)
class CopyOut:
    """Copies a table or a query's rows into a file as PostgreSQL writes it."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Outputs `uri` and `rowCount`; raises `TaskFailure`."""
        sql = await _copy(context, await text(context, "sql"), "TO STDOUT")
        connected = (await _opening(context)).connect()

        def make(target: Path) -> int:
            with connected.connection.cursor() as cursor:
                with target.open("wb") as sink, cursor.copy(sql) as copy:
                    for block in copy:
                        sink.write(block)
                return int(cursor.rowcount)

        try:
            uri, rows = await store_made(context, ".tmp", make)
        except connected.errors as error:
            raise TaskFailure(str(error)) from error
        finally:
            connected.interrupt()
            connected.close()
        context.metric("counter", "rows", float(rows))
        return TaskResult({"uri": uri, "rowCount": rows})


async def _copy(context: TaskContext, query: str | None, where: str) -> str:
    context.log("DEBUG", "Copying")
    columns = ", ".join([as_text(name) for name in await items(context, "columns") or []])
    what = f"({query})" if query is not None else await required_text(context, "table")
    what += f" ({columns})" if columns and query is None else ""
    form = (await text(context, "format", "TEXT") or "TEXT").upper()
    options = [f"FORMAT {form}"] if form != "TEXT" else []
    for name, word in (("oids", "OIDS"), ("freeze", "FREEZE")):
        options += [word] if await flag(context, name, default=False) else []
    for name, word in (("delimiter", "DELIMITER"), ("nullString", "NULL"), ("quote", "QUOTE"), ("escape", "ESCAPE"),
                       ("encoding", "ENCODING")):  # fmt: skip
        value = await text(context, name)
        options += [f"{word} {_quoted(value)}"] if value is not None else []
    if context.properties.get("header") is not None:
        options.append(f"HEADER {str(await flag(context, 'header', default=False)).upper()}")
    for name, word in (("forceQuote", "FORCE_QUOTE"), ("forceNotNull", "FORCE_NOT_NULL"), ("forceNull", "FORCE_NULL")):
        names = [as_text(each) for each in await items(context, name) or []]
        options += [f"{word} {'*' if names == ['*'] else '(' + ', '.join(names) + ')'}"] if names else []
    return f"COPY {what} {where}" + (f" WITH ({', '.join(options)})" if options else "")


def _quoted(value: str) -> str:
    # E'…' reads escapes as `\t`, which the option itself doesn't.
    return (
        f"'{value.replace(chr(39), chr(39) * 2)}'" if "\\" not in value else f"E'{value.replace(chr(39), chr(39) * 2)}'"
    )


async def _opening(context: TaskContext) -> Opening:
    login = read_login(
        await required_text(context, "url"), _PREFIXES, await text(context, "username"), await text(context, "password")
    )
    arguments: dict[str, Any] = {_KNOWN[name]: value for name, value in login.options.items() if name in _KNOWN}
    if (schema := login.options.get("currentSchema")) is not None:
        arguments["options"] = f"{arguments.get('options', '')} -csearch_path={schema}".strip()
    if await flag(context, "ssl", default=False) or login.options.get("ssl") == "true":
        arguments.setdefault("sslmode", "require")
    mode = await text(context, "sslMode")
    if mode is not None:
        arguments["sslmode"] = mode.lower().replace("_", "-")
    for name, option in _CERTIFICATES:
        content = await text(context, name)
        if content is not None:
            file = await context.working_directory() / temporary_name(".pem")
            file.touch(mode=0o600)
            file.write_text(content, encoding="utf-8")
            arguments[option] = str(file)
    if (secret := await text(context, "sslKeyPassword")) is not None:
        arguments["sslpassword"] = secret
    return Opening(lambda: _connect(login, arguments), {})


def _connect(login: Any, arguments: dict[str, Any]) -> Connected:
    import psycopg

    connection = connect_through_sqlalchemy("postgresql+psycopg", login, arguments)
    return Connected(_AsDriver(connection), "%s", _converters, partial(_cancel, connection), psycopg.Error)


class _AsDriver:
    """psycopg's connection, whose autocommit is set by a call as with other drivers."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def autocommit(self, on: bool) -> None:  # noqa: FBT001
        self._connection.autocommit = on

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


def _cancel(connection: Any) -> None:
    if not connection.closed:
        connection.cancel_safe(timeout=5)


def _converters(cursor: Any, description: Sequence[Any], zone: ZoneInfo) -> list[Convert]:
    names = [_type_name(cursor, column.type_code) for column in description]
    return [partial(_value, zone, name) for name in names]


def _type_name(cursor: Any, code: int) -> str:
    found = cursor.adapters.types.get(code)
    return str(found.name) if found is not None else ""


def _value(zone: ZoneInfo, name: str, value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value if value.tzinfo is None else in_zone(value, zone)
    if isinstance(value, dt.time):
        if value.tzinfo is None:
            return value
        moment = dt.datetime.combine(dt.date(1970, 1, 1), value)
        return in_zone(moment, zone).time()
    if isinstance(value, dt.timedelta):
        return _interval(value)
    if isinstance(value, (uuid.UUID, ipaddress.IPv4Address, ipaddress.IPv6Address)):
        return str(value)
    if isinstance(value, (ipaddress.IPv4Interface, ipaddress.IPv6Interface)):
        return str(value)
    if isinstance(value, (list, tuple)):
        return [None if inner is None else _value(zone, name, inner) for inner in value]
    if isinstance(value, (bytes, memoryview)):
        return bytes(value)
    return str(value) if name in {"int8range", "int4range", "numrange", "tsrange", "tstzrange", "daterange"} else value


def _interval(value: dt.timedelta) -> str:
    months, days = 0, value.days
    years, months = divmod(months, 12)
    hours, rest = divmod(value.seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    return f"P{years}Y{months}M{days}DT{hours}H{minutes}M{seconds}S"
