"""MySQL."""

from __future__ import annotations

import datetime as dt
import json
import socket
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from tiercel_engine.tasks.api import TaskContext, TaskResult, task_type
from tiercel_engine.tasks.needs import Needs
from tiercel_engine.tasks.plugins.jdbc.batches import run_batch
from tiercel_engine.tasks.plugins.jdbc.databases import Connected, Convert, connect_through_sqlalchemy, read_login
from tiercel_engine.tasks.plugins.jdbc.running import Opening, run_queries, run_query
from tiercel_engine.tasks.properties import required_text, text
from tiercel_engine.tasks.working_files import prepare_working_files

_PLACE = "io.kestra.plugin.jdbc.mysql."
_MARIADB = "io.kestra.plugin.jdbc.mariadb."
_PREFIXES = ("jdbc:mysql:", "jdbc:mariadb:")
NEEDS = Needs("tiercel[mysql]", ("sqlalchemy", "pymysql"))
_TINY, _TIMESTAMP, _BIT = 1, 7, 16


@task_type(_PLACE + "Query", _MARIADB + "Query", needs=NEEDS)
class Query:
    """Runs one statement."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Outputs `row`, `rows` or `uri`, and `size`; raises `TaskFailure`."""
        return await run_query(context, await _opening(context))


@task_type(_PLACE + "Queries", _MARIADB + "Queries", needs=NEEDS)
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


async def _opening(context: TaskContext) -> Opening:
    login = read_login(
        await required_text(context, "url"), _PREFIXES, await text(context, "username"), await text(context, "password")
    )
    arguments: dict[str, Any] = {"charset": "utf8mb4"}
    variables: dict[str, Any] = {}
    file = await text(context, "inputFile")
    if file is not None:
        directory = await context.working_directory()
        name = file.rpartition("/")[2]
        staged = context.with_properties({"inputFiles": {name: "{{ tiercelFile }}"}}).extended({"tiercelFile": file})
        await prepare_working_files(staged, directory)
        variables = {"inputFile": str(directory / name), "workingDir": str(directory)}
        # Only then may the server ask for a file of this machine.
        arguments["local_infile"] = True
    if login.options.get("useSSL") == "true" or login.options.get("sslMode", "").upper().startswith(("REQ", "VERIFY")):
        arguments["ssl"] = {"check_hostname": login.options.get("sslMode", "").upper() == "VERIFY_IDENTITY"}
    return Opening(partial(_connect, login, arguments), variables)


def _connect(login: Any, arguments: dict[str, Any]) -> Connected:
    import pymysql

    connection = connect_through_sqlalchemy("mysql+pymysql", login, arguments)
    return Connected(connection, "%s", _converters, partial(_hang_up, connection), pymysql.Error)


def _hang_up(connection: Any) -> None:
    # A query can only be left by leaving the server; shutting the socket down wakes the thread that reads from it.
    with suppress(Exception):
        connection._sock.shutdown(socket.SHUT_RDWR)  # noqa: SLF001


def _converters(_cursor: Any, description: Sequence[Any], _zone: ZoneInfo) -> list[Convert]:
    return [partial(_value, column[1], column[3]) for column in description]


def _value(code: int, length: int, value: Any) -> Any:
    if code == _TINY and length == 1:
        return bool(value)
    if code == _BIT and length == 1 and isinstance(value, bytes):
        return value != b"\x00"
    if isinstance(value, dt.datetime):
        return value.replace(tzinfo=dt.UTC) if code == _TIMESTAMP else value
    if isinstance(value, dt.timedelta):
        return (dt.datetime(1970, 1, 1) + value).time() if dt.timedelta() <= value < _DAY else str(value)  # noqa: DTZ001
    if isinstance(value, int) and value.bit_length() > 63:
        return str(value)
    return json.dumps(value) if isinstance(value, (dict, list)) else value


_DAY = dt.timedelta(days=1)
