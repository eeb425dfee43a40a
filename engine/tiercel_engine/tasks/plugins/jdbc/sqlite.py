"""SQLite."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tiercel_engine.tasks.api import TaskContext, TaskFailure, TaskResult, task_type
from tiercel_engine.tasks.core.storage.files import temporary_name
from tiercel_engine.tasks.needs import Needs
from tiercel_engine.tasks.plugins.jdbc.databases import Connected, Convert, Login, connect_through_sqlalchemy, in_zone
from tiercel_engine.tasks.plugins.jdbc.local_files import copied_database, kept, staged
from tiercel_engine.tasks.plugins.jdbc.running import Opening, run_queries, run_query
from tiercel_engine.tasks.properties import flag, text

_PLACE = "io.kestra.plugin.jdbc.sqlite."
_PREFIX = "jdbc:sqlite:"
NEEDS = Needs("tiercel[sqlite]", ("sqlalchemy",))


@task_type(_PLACE + "Query", needs=NEEDS)
class Query:
    """Runs one statement."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Outputs `row`, `rows` or `uri`, `size`, `outputFiles`, `databaseUri`; raises `TaskFailure`."""
        return await run_query(context, await _opening(context))


@task_type(_PLACE + "Queries", needs=NEEDS)
class Queries:
    """Runs several statements."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Outputs `outputs`, `outputFiles`, `databaseUri`; raises `TaskFailure`."""
        return await run_queries(context, await _opening(context))


async def _opening(context: TaskContext) -> Opening:
    url = await text(context, "url", _PREFIX) or _PREFIX
    if not url.startswith(_PREFIX):
        raise TaskFailure(f"The URL has to begin with {_PREFIX}: '{url}'")
    directory, variables, wanted = await staged(context)
    path = url.removeprefix(_PREFIX).partition("?")[0].removeprefix("file:")
    in_memory = path.strip().lower() in {"", ":memory:"}
    database = await copied_database(context, "sqliteFile", directory, ".sqlite")
    if database is None and await flag(context, "outputDbFile", default=False):
        database = directory / (temporary_name(".sqlite") if in_memory else Path(path).name)
    name = str(database) if database is not None else ":memory:" if in_memory else path
    return Opening(partial(_connect, name), variables, partial(kept, context, wanted, database))


def _connect(name: str) -> Connected:
    for declared, read in (("date", _date), ("datetime", _moment), ("timestamp", _moment), ("time", _time)):
        # Only connections that ask for it (detect_types) have their columns read by what they are declared as.
        sqlite3.register_converter(declared, read)
    login = Login(None, None, name, None, None)
    arguments = {"check_same_thread": False, "detect_types": sqlite3.PARSE_DECLTYPES}
    connection = connect_through_sqlalchemy("sqlite", login, arguments)
    connection.text_factory = _text
    return Connected(connection, "?", _converters, connection.interrupt, sqlite3.Error)


def _converters(_cursor: Any, description: Sequence[Any], zone: ZoneInfo) -> list[Convert]:
    def convert(value: Any) -> Any:
        return in_zone(value, zone).astimezone(dt.UTC) if isinstance(value, dt.datetime) else value

    return [convert for _ in description]


def _date(content: bytes) -> Any:
    try:
        return dt.date.fromisoformat(content.decode())
    except ValueError:
        return _text(content)


def _time(content: bytes) -> Any:
    try:
        return dt.time.fromisoformat(content.decode())
    except ValueError:
        return _text(content)


def _moment(content: bytes) -> Any:
    written = _text(content)
    try:
        if written.removeprefix("-").isdigit():
            return dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(milliseconds=int(written))
        return dt.datetime.fromisoformat(written)
    except (ValueError, OverflowError):
        return written


def _text(content: bytes) -> str:
    return content.decode("utf-8", errors="replace")
