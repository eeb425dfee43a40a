"""DuckDB."""

from __future__ import annotations

import datetime as dt
import json
import re
import uuid
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tiercel_engine.tasks.api import TaskContext, TaskFailure, TaskResult, task_type
from tiercel_engine.tasks.core.storage.files import temporary_name
from tiercel_engine.tasks.needs import Needs
from tiercel_engine.tasks.plugins.jdbc.databases import Connected, Convert, in_zone
from tiercel_engine.tasks.plugins.jdbc.local_files import copied_database, kept, staged
from tiercel_engine.tasks.plugins.jdbc.running import Opening, run_queries, run_query
from tiercel_engine.tasks.properties import as_text, items, text
from tiercel_schemas.model.durations import format_duration

_PLACE = "io.kestra.plugin.jdbc.duckdb."
_PREFIX = "jdbc:duckdb:"
_EXTENSION = re.compile(r"[A-Za-z0-9_]+")
NEEDS = Needs("tiercel[duckdb]", ("duckdb", "pytz"))


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
    path = url.removeprefix(_PREFIX)
    database = await copied_database(context, "databaseUri", directory, ".db")
    if database is None:
        database = (
            Path(path) if path and not path.startswith(("md:", ":memory:")) else directory / temporary_name(".db")
        )
    name = path if path.startswith(("md:", ":memory:")) else str(database)
    if name == str(database):
        variables["dbFilePath"] = str(database.resolve())
        database.parent.mkdir(parents=True, exist_ok=True)
    extensions = [as_text(each) for each in await items(context, "communityExtensions") or []]
    return Opening(
        partial(_connect, context, name, directory, extensions), variables, partial(kept, context, wanted, database)
    )


def _connect(context: TaskContext, name: str, directory: Path, extensions: list[str]) -> Connected:
    import duckdb

    try:
        connection = duckdb.connect(name)
        connection.execute(f"SET file_search_path = '{str(directory).replace(chr(39), chr(39) * 2)}'")
    except duckdb.Error as error:
        raise TaskFailure(str(error)) from error
    for extension in extensions:
        if _EXTENSION.fullmatch(extension) is None:
            context.log("WARN", f"DuckDB extension '{extension}' has no valid name, so it is left out")
            continue
        try:
            connection.execute(f"INSTALL {extension} FROM community")
            connection.execute(f"LOAD {extension}")
        except duckdb.Error as error:
            context.log("WARN", f"DuckDB extension '{extension}' can't be loaded: {error}")
    return Connected(_AsDriver(connection), "?", _converters, connection.interrupt, duckdb.Error)


class _AsDriver:
    """DuckDB's connection with transactions as other drivers have them: begun when autocommit is turned off."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._begun = False

    def autocommit(self, on: bool) -> None:  # noqa: FBT001
        if not on and not self._begun:
            self._connection.begin()
            self._begun = True

    def cursor(self) -> Any:
        return _Cursor(self._connection)

    def commit(self) -> None:
        self._begun = False
        self._connection.commit()

    def rollback(self) -> None:
        self._begun = False
        self._connection.rollback()

    def close(self) -> None:
        self._connection.close()


class _Cursor:
    """A cursor in the connection's own transaction; those that DuckDB makes have one of their own."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._has_rows = False
        self.rowcount = -1

    @property
    def description(self) -> Any:
        return self._connection.description if self._has_rows else None

    def execute(self, sql: str, *arguments: Any) -> None:
        import duckdb

        parsed = self._connection.extract_statements(sql)
        kinds = parsed[-1].expected_result_type if parsed else []
        self._connection.execute(sql, *arguments)
        # How many rows a statement changed is told as a row too, which is no result of it.
        tells_changes = duckdb.ExpectedResultType.CHANGED_ROWS in kinds
        names = [column[0] for column in self._connection.description or ()]
        self._has_rows = duckdb.ExpectedResultType.QUERY_RESULT in kinds and not (tells_changes and names == ["Count"])

    def executemany(self, *arguments: Any) -> None:
        self._connection.executemany(*arguments)

    def fetchmany(self, size: int) -> Any:
        return self._connection.fetchmany(size)

    def close(self) -> None:
        """Leave the connection open: there is only one."""


def _converters(_cursor: Any, description: Sequence[Any], zone: ZoneInfo) -> list[Convert]:
    return [partial(_value, zone, str(column[1]).upper() == "JSON") for column in description]


def _value(zone: ZoneInfo, is_json: bool, value: Any) -> Any:  # noqa: FBT001
    if is_json and isinstance(value, str):
        return json.loads(value)
    if isinstance(value, dt.datetime):
        moment = value.replace(tzinfo=zone) if value.tzinfo is None else value.astimezone(dt.UTC)
        return in_zone(moment, zone) if value.tzinfo is None else moment.replace(tzinfo=_OFFSET_ZERO)
    if isinstance(value, dt.timedelta):
        return format_duration(value)
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() > 63:
        return str(value)
    if isinstance(value, dict):
        return {str(name): _value(zone, False, inner) for name, inner in value.items()}  # noqa: FBT003
    if isinstance(value, (list, tuple)):
        return [_value(zone, False, inner) for inner in value]  # noqa: FBT003
    return value


_OFFSET_ZERO = dt.timezone(dt.timedelta(), "Z")
