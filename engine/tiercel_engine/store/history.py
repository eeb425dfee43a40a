"""The history of executions in SQLite: events as they happen, and what is searched for."""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tiercel_engine.core.codec import event_from_json, event_to_json
from tiercel_engine.core.decide import rebuild
from tiercel_engine.core.events import Event, ExecutionCreated
from tiercel_engine.core.records import Execution
from tiercel_engine.store import flows, lines, mailbox
from tiercel_engine.store.lines import Allowance, compact, ending_of, whole

_SCHEMA = """
CREATE TABLE IF NOT EXISTS executions (
    id TEXT PRIMARY KEY, namespace TEXT NOT NULL, flow_id TEXT NOT NULL, kestra_version TEXT NOT NULL,
    state TEXT NOT NULL, start_date TEXT NOT NULL, end_date TEXT, parent_id TEXT, kind TEXT,
    finished INTEGER NOT NULL DEFAULT 0, owner INTEGER NOT NULL DEFAULT 0, created TEXT
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS executions_by_flow ON executions (namespace, flow_id, start_date);
CREATE INDEX IF NOT EXISTS executions_by_date ON executions (start_date);
CREATE INDEX IF NOT EXISTS executions_by_state ON executions (state, start_date);
CREATE INDEX IF NOT EXISTS executions_by_parent ON executions (parent_id);
CREATE TABLE IF NOT EXISTS labels (
    execution_id TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (execution_id, key)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS labels_by_value ON labels (key, value);
CREATE TABLE IF NOT EXISTS events (
    execution_id TEXT NOT NULL, number INTEGER NOT NULL, line TEXT NOT NULL, PRIMARY KEY (execution_id, number)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS lines (
    execution_id TEXT NOT NULL, number INTEGER NOT NULL, kind TEXT NOT NULL, line TEXT NOT NULL,
    PRIMARY KEY (execution_id, number)
) WITHOUT ROWID;
"""
_HOLDS_TEXT = r"""(id LIKE ? ESCAPE '\' OR namespace || '.' || flow_id LIKE ? ESCAPE '\'
    OR id IN (SELECT execution_id FROM labels WHERE key || '=' || value LIKE ? ESCAPE '\')
    OR id IN (WITH told AS (SELECT DISTINCT execution_id FROM lines
                            WHERE kind = 'log' AND json_extract(line, '$.message') LIKE ? ESCAPE '\')
        SELECT execution_id FROM told
        UNION SELECT value FROM labels JOIN told USING (execution_id) WHERE key = 'system.correlationId'))"""
"""What iterations and subflows told counts as told by the execution that began it all."""
_VERSION = 4
_READABLE = (0, 1, 2, 3, _VERSION)
"""0 is a new file, 1 lacks the requests, 2 when an execution was created: a replay starts with its original's date; 3
has the text of a flow in every event that names it."""
_MOST_GATHERED = 5_000
_SUMMARIES = (
    "SELECT id, namespace, flow_id, state, start_date, end_date, parent_id, kind, finished, owner FROM executions"
)


@dataclass(frozen=True, slots=True)
class Summary:
    """An execution as lists show it. `interrupted`: its process ended before it did."""

    id: str
    namespace: str
    flow_id: str
    state: str
    start_date: str
    end_date: str | None
    parent_id: str | None
    kind: str | None
    interrupted: bool
    labels: Mapping[str, str]
    finished: bool = False
    """Nothing follows but a restart."""


@dataclass(frozen=True, slots=True)
class Search:
    """What to look for; everything left out matches. Dates are ISO 8601 in UTC, `since` inclusive.

    `text` stands in the id, the flow's name, a label or a log message, in letters of either case.
    """

    namespace: str | None = None
    flow_id: str | None = None
    states: Sequence[str] = ()
    labels: Mapping[str, str] | None = None
    since: str | None = None
    until: str | None = None
    parent_id: str | None = None
    text: str | None = None
    with_children: bool = False
    limit: int = 50


class HistoryError(Exception):
    """The history can't be used: another version's file, or no database at all."""


class History:
    """Appends events and reads them back. One process may write an execution, any number may read.

    Writes are gathered until `commit`, which the runtime calls whenever it has nothing left to decide, so a kill of
    the process loses nothing that was told. `mask` takes plain data and gives it without secrets.
    """

    def __init__(self, path: Path, mask: Callable[[Any], Any] | None = None) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._mask = mask
        self._numbers: dict[str, int] = {}
        self._unfinished: set[str] = set()
        self._allowances: dict[tuple[str, str | None], Allowance] = {}
        self._gathered: list[tuple[str, int, str, str]] = []
        try:
            self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=30)
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = NORMAL")
            version = self._db.execute("PRAGMA user_version").fetchone()[0]
            if version not in _READABLE:
                raise HistoryError(f"{path.name} was written by another version of Tiercel")
            if version != _VERSION:
                self._db.executescript(_SCHEMA + mailbox.SCHEMA + flows.SCHEMA)
                if not any(row[1] == "created" for row in self._db.execute("PRAGMA table_info(executions)")):
                    self._db.execute("ALTER TABLE executions ADD COLUMN created TEXT")
                self._db.execute(f"PRAGMA user_version = {_VERSION}")
        except sqlite3.DatabaseError as error:
            raise HistoryError(f"{path.name} can't be used as history: {error}") from error
        self.requests = mailbox.Mailbox(self._db)
        self._flows = flows.Flows(self._db, mask)

    def close(self) -> None:
        """Write what is left and close the file; what was written here and has not finished is interrupted."""
        # The process may go on, and later another may get its number.
        for execution_id in self._unfinished:
            self._begin()
            self._db.execute("UPDATE executions SET owner = 0 WHERE id = ? AND owner = ?", (execution_id, os.getpid()))
        self.commit()
        self._db.close()

    # -- writing

    def append(self, execution: Execution, event: Event) -> None:
        """Keep an event and what the execution is after it."""
        self._begin()
        number = self._next_number("events", execution.id)
        name = self._flows.keep(event.flow) if isinstance(event, ExecutionCreated) else None
        row = (execution.id, number, event_to_json(event, self._mask, name))
        self._db.execute("INSERT INTO events VALUES (?, ?, ?)", row)
        state = execution.state
        (self._unfinished.discard if execution.sealed else self._unfinished.add)(execution.id)
        self._db.execute(
            "INSERT INTO executions (id, namespace, flow_id, kestra_version, state, start_date, end_date,"
            " parent_id, kind, finished, owner, created) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET state = excluded.state, end_date = excluded.end_date,"
            " finished = excluded.finished, owner = excluded.owner",
            (
                execution.id,
                execution.flow.namespace,
                execution.flow.id,
                execution.flow.version.value,
                state.value,
                _text(execution.start_date),
                _text(execution.history[-1].date) if state.terminated else None,
                execution.parent_id,
                execution.kind,
                int(execution.sealed),
                os.getpid(),
                _text(event.time),
            ),
        )

    def keep_labels(self, execution: Execution) -> None:
        """Keep the labels for searching."""
        self._begin()
        self._db.execute("DELETE FROM labels WHERE execution_id = ?", (execution.id,))
        shown = dict(execution.labels) if self._mask is None else self._mask(dict(execution.labels))
        labels = [(execution.id, key, value) for key, value in shown.items()]
        self._db.executemany("INSERT OR REPLACE INTO labels VALUES (?, ?, ?)", labels)

    def keep_line(self, execution_id: str, line: Mapping[str, Any]) -> str | None:
        """Keep a line of the event stream that the events don't give again: logs and metrics.

        Of each task run a bounded number is kept; the first that is not gives the text that says so.
        """
        allowance = self._allowances.get(key := (execution_id, line.get("taskRunId")))
        if allowance is None:
            allowance = self._allowances[key] = Allowance(lines.MOST_LINES, lines.MOST_BYTES)
        if allowance.is_over:
            return None
        text = compact(line)
        if allowance.takes(text):
            self._gather(execution_id, line["event"], text)
            return None
        ending = ending_of(line)
        self._gather(execution_id, "log", compact(ending))
        return str(ending["message"])

    def _gather(self, execution_id: str, kind: str, text: str) -> None:
        self._gathered.append((execution_id, self._next_number("lines", execution_id), kind, text))
        if len(self._gathered) >= _MOST_GATHERED:
            self._write_gathered()

    def _write_gathered(self) -> None:
        if self._gathered:
            self._begin()
            self._db.executemany("INSERT INTO lines VALUES (?, ?, ?, ?)", self._gathered)
            self._gathered.clear()

    def commit(self) -> None:
        """Make everything told so far last."""
        self._write_gathered()
        if self._db.in_transaction:
            self._db.execute("COMMIT")

    def _begin(self) -> None:
        if not self._db.in_transaction:
            self._db.execute("BEGIN IMMEDIATE")

    def _next_number(self, table: str, execution_id: str) -> int:
        key = f"{table}/{execution_id}"
        number = self._numbers.get(key)
        if number is None:
            query = f"SELECT COALESCE(MAX(number), 0) FROM {table} WHERE execution_id = ?"  # noqa: S608
            number = int(self._db.execute(query, (execution_id,)).fetchone()[0])
        self._numbers[key] = number + 1
        return number + 1

    # -- reading

    def events(self, execution_id: str, skip: int = 0) -> Iterator[Event]:
        """The events of an execution, in order, without the first `skip`."""
        query = "SELECT line FROM events WHERE execution_id = ? AND number > ? ORDER BY number"
        with closing(self._db.execute(query, (execution_id, skip))) as rows:
            for (line,) in rows:
                yield event_from_json(line, self._flows.named)

    def execution(self, execution_id: str) -> Execution | None:
        """The execution that its events lead to, None when it isn't known."""
        events = list(self.events(execution_id))
        return rebuild(events) if events else None

    def lines(self, execution_id: str, kind: str = "log", skip: int = 0) -> Iterator[dict[str, Any]]:
        """The logs, or the metrics, of an execution, in order, without the first `skip`."""
        self._write_gathered()
        query = "SELECT line FROM lines WHERE execution_id = ? AND kind = ? ORDER BY number LIMIT -1 OFFSET ?"
        with closing(self._db.execute(query, (execution_id, kind, skip))) as rows:
            for (line,) in rows:
                yield whole(execution_id, kind, line)

    def find(self, search: Search) -> list[Summary]:
        """Executions that match, the newest first."""
        where, values = _conditions(search)
        query = (
            f"{_SUMMARIES} WHERE {' AND '.join(where) or '1'} ORDER BY COALESCE(created, start_date) DESC, id LIMIT ?"
        )
        rows = self._db.execute(query, (*values, search.limit)).fetchall()
        return [self._summary(row) for row in rows]

    def count(self, search: Search) -> int:
        """How many executions match, whatever the search's limit."""
        where, values = _conditions(search)
        query = f"SELECT COUNT(*) FROM executions WHERE {' AND '.join(where) or '1'}"  # noqa: S608
        return int(self._db.execute(query, values).fetchone()[0])

    def left_behind(self) -> list[str]:
        """Executions that have not ended and that no other process runs, the oldest first."""
        query = "SELECT id, owner FROM executions WHERE finished = 0 ORDER BY COALESCE(created, start_date), id"
        rows = self._db.execute(query).fetchall()
        # A process may have got the number of the one that is gone: in a container it always does.
        return [execution_id for execution_id, owner in rows if owner == os.getpid() or not _is_alive(owner)]

    def begin(self) -> sqlite3.Connection:
        """The database in a transaction, for what must last with the events that are told next, or not at all."""
        self._begin()
        return self._db

    def summary(self, execution_id: str) -> Summary | None:
        """One execution as lists show it, None when it isn't known."""
        row = self._db.execute(f"{_SUMMARIES} WHERE id = ?", (execution_id,)).fetchone()
        return self._summary(row) if row is not None else None

    def ids_beginning(self, prefix: str, limit: int) -> list[str]:
        """The ids that begin so, iterations of loops included, `limit` at most."""
        query = "SELECT id FROM executions WHERE substr(id, 1, length(?)) = ? LIMIT ?"
        return [row[0] for row in self._db.execute(query, (prefix, prefix, limit))]

    def remove(self, execution_id: str) -> None:
        """Forget an execution; those that it has started are known on."""
        self._begin()
        self._db.execute("DELETE FROM executions WHERE id = ?", (execution_id,))
        for table in ("labels", "events", "lines"):
            self._db.execute(f"DELETE FROM {table} WHERE execution_id = ?", (execution_id,))  # noqa: S608
        self.commit()

    def _summary(self, row: tuple[Any, ...]) -> Summary:
        execution_id, namespace, flow_id, state, start, end, parent_id, kind, finished, owner = row
        labels = self._db.execute("SELECT key, value FROM labels WHERE execution_id = ?", (execution_id,))
        interrupted = not finished and not _is_alive(owner)
        return Summary(
            execution_id,
            namespace,
            flow_id,
            state,
            start,
            end,
            parent_id,
            kind,
            interrupted,
            dict(labels.fetchall()),
            bool(finished),
        )


def _conditions(search: Search) -> tuple[list[str], list[Any]]:
    where: list[str] = []
    values: list[Any] = []
    simple = (
        ("namespace = ?", search.namespace),
        ("flow_id = ?", search.flow_id),
        ("start_date >= ?", search.since),
        ("start_date < ?", search.until),
        ("parent_id = ?", search.parent_id),
    )
    for condition, value in simple:
        if value is not None:
            where.append(condition)
            values.append(value)
    if search.states:
        where.append(f"state IN ({', '.join('?' for _ in search.states)})")
        values.extend(search.states)
    for key, value in (search.labels or {}).items():
        where.append("id IN (SELECT execution_id FROM labels WHERE key = ? AND value = ?)")
        values.extend((key, value))
    if search.text is not None:
        where.append(_HOLDS_TEXT)
        values.extend([f"%{_escaped(search.text)}%"] * _HOLDS_TEXT.count("?"))
    if not search.with_children and search.parent_id is None:
        where.append("kind IS NULL")
    return where, values


def _escaped(text: str) -> str:
    """A text for LIKE that stands for nothing but itself."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _text(date: datetime) -> str:
    return date.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _is_alive(process_id: int) -> bool:
    """Whether the process that wrote last still runs; on Windows only this one is known to."""
    if process_id == os.getpid():
        return True
    if process_id <= 0 or sys.platform == "win32":
        return False
    try:
        os.kill(process_id, 0)
    except PermissionError:
        return True
    except OSError:
        return False
    return not _is_zombie(process_id)


def _is_zombie(process_id: int) -> bool:
    """Whether it has ended and only nobody asked how, as in containers whose first process is no init."""
    try:
        stat = Path(f"/proc/{process_id}/stat").read_bytes()
    except OSError:
        return False
    return stat.rpartition(b")")[2].split()[:1] == [b"Z"]
