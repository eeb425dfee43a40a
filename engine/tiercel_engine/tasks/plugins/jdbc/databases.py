"""What tells databases apart: how to connect, what their values are in rows, how their work is cut short."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit
from zoneinfo import ZoneInfo

from tiercel_engine.tasks.api import TaskFailure

Convert = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Login:
    """Where to connect to, from a `jdbc:` URL and the task's own properties."""

    host: str | None
    port: int | None
    database: str
    username: str | None
    password: str | None
    options: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Connected:
    """A connection of a driver (DB-API), its sign for parameters, and how to read its columns.

    `converters(description, zone)` gives a function for each column. `interrupt` may be called from any thread.
    """

    connection: Any
    sign: str
    converters: Callable[[Any, Sequence[Any], ZoneInfo], list[Convert]]
    interrupt: Callable[[], None]
    errors: type[Exception]

    def begin(self) -> None:
        """Leave the mode in which each statement stands for itself."""
        set_autocommit(self.connection, on=False)

    def close(self) -> None:
        """Close it, whatever state it is in."""
        with suppress(Exception):
            self.connection.close()


def set_autocommit(connection: Any, *, on: bool) -> None:
    """Whether each statement of a connection is a transaction of its own."""
    setting = getattr(connection, "autocommit", None)
    if callable(setting):
        setting(on)
    elif hasattr(connection, "isolation_level") and hasattr(connection, "total_changes"):
        connection.isolation_level = None if on else "DEFERRED"
    elif setting is not None:
        connection.autocommit = on
    elif not on:
        connection.begin()


def read_login(url: str, prefixes: Sequence[str], username: str | None, password: str | None) -> Login:
    """A `jdbc:` URL of a server, taken apart; raises `TaskFailure` for one of another database."""
    for prefix in prefixes:
        if not url.startswith(prefix):
            continue
        rest = url.removeprefix(prefix)
        parts = urlsplit(f"//{rest}" if not rest.startswith("//") and "/" in rest else f"x:{rest}")
        try:
            port = parts.port
        except ValueError as error:
            raise TaskFailure(f"Invalid JDBC URL: {error}") from error
        options = dict(parse_qsl(parts.query, keep_blank_values=True))
        return Login(
            host=parts.hostname,
            port=port,
            database=unquote(parts.path.removeprefix("/")),
            username=username or options.pop("user", None) or (unquote(parts.username) if parts.username else None),
            password=password or options.pop("password", None) or (unquote(parts.password) if parts.password else None),
            options=options,
        )
    raise TaskFailure(f"The URL has to begin with {' or '.join(prefixes)}: '{url.partition('?')[0]}'")


def connect_through_sqlalchemy(driver: str, login: Login, arguments: dict[str, Any]) -> Any:
    """A driver's connection, made by SQLAlchemy from a translated URL; raises `TaskFailure`."""
    import sqlalchemy
    from sqlalchemy.pool import NullPool

    url = sqlalchemy.URL.create(driver, login.username, login.password, login.host, login.port, login.database or None)
    engine = sqlalchemy.create_engine(url, poolclass=NullPool, connect_args=arguments)
    try:
        pooled = engine.raw_connection()
        connection = pooled.dbapi_connection
        pooled.detach()
    except sqlalchemy.exc.DBAPIError as error:
        raise TaskFailure(str(error.orig)) from error
    except Exception as error:
        raise TaskFailure(f"Connection to {login.host or login.database} failed: {error}") from error
    return connection


def in_zone(value: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """A moment shown in a zone; one without a zone is taken to be of it."""
    return value.replace(tzinfo=zone) if value.tzinfo is None else value.astimezone(zone)
