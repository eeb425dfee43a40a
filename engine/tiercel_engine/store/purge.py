"""Taking executions, logs and metrics out of the history again, and counting what there is."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tiercel_engine.store.flows import forget_unused


@dataclass(frozen=True, slots=True)
class Selection:
    """Which executions: everything left out matches; dates are ISO 8601 in UTC as the history writes them.

    `namespace` stands for those below it too, unless `flow_id` says which flow of it.
    """

    namespace: str | None = None
    flow_id: str | None = None
    execution_id: str | None = None
    states: Sequence[str] = ()
    since: str | None = None
    until: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """An execution that was selected."""

    id: str
    namespace: str
    flow_id: str
    start_date: str


@dataclass(frozen=True, slots=True)
class FlowCount:
    """How many executions of a flow were selected."""

    namespace: str
    flow_id: str
    count: int


class Purge:
    """Works on a history file next to the process that may be writing it; one that is missing is empty."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def finished(self, selection: Selection) -> list[Found]:
        """The selected executions that have ended, the oldest first."""
        with self._open() as db:
            where, values = _executions(selection)
            rows = db.execute(
                f"SELECT id, namespace, flow_id, start_date FROM executions WHERE finished AND {where}"  # noqa: S608
                " ORDER BY start_date, id",
                values,
            )
            return [Found(*row) for row in rows]

    def counts(self, selection: Selection) -> list[FlowCount]:
        """How many of the selected executions each flow has; iterations of loops count for nobody."""
        with self._open() as db:
            where, values = _executions(selection)
            rows = db.execute(
                "SELECT namespace, flow_id, COUNT(*) FROM executions"  # noqa: S608
                f" WHERE kind IS NULL AND {where} GROUP BY namespace, flow_id ORDER BY namespace, flow_id",
                values,
            )
            return [FlowCount(*row) for row in rows]

    def forget(self, ids: Sequence[str]) -> int:
        """Remove executions with all that belongs to them; how many there were."""
        with self._open() as db, db:
            gone = sum(db.execute("DELETE FROM executions WHERE id = ?", (each,)).rowcount for each in ids)
            for each in ids:
                db.execute("DELETE FROM events WHERE execution_id = ?", (each,))
                db.execute("DELETE FROM labels WHERE execution_id = ?", (each,))
            forget_unused(db)
        return gone

    def forget_lines(self, ids: Sequence[str], kind: str) -> int:
        """Remove the logs (`log`) or metrics (`metric`) of executions; how many there were."""
        with self._open() as db, db:
            query = "DELETE FROM lines WHERE execution_id = ? AND kind = ?"
            return sum(db.execute(query, (each, kind)).rowcount for each in ids)

    def forget_logs(self, selection: Selection, levels: Sequence[str]) -> int:
        """Remove log entries written between the dates of a selection, of any execution it names; how many."""
        where, values = _executions(Selection(selection.namespace, selection.flow_id, selection.execution_id))
        conditions = ["kind = 'log'", f"execution_id IN (SELECT id FROM executions WHERE {where})"]  # noqa: S608
        for comparison, moment in ((">=", selection.since), ("<=", selection.until)):
            if moment is not None:
                conditions.append(f"json_extract(line, '$.time') {comparison} ?")
                values.append(moment)
        if levels:
            conditions.append(f"json_extract(line, '$.level') IN ({', '.join('?' for _ in levels)})")
            values.extend(levels)
        with self._open() as db, db:
            return int(db.execute(f"DELETE FROM lines WHERE {' AND '.join(conditions)}", values).rowcount)  # noqa: S608

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        # Long enough for the writer to have nothing left to decide and commit.
        place = self._path if self._path.exists() else ":memory:"
        with closing(sqlite3.connect(place, timeout=30)) as db:
            if place == ":memory:":
                db.executescript(
                    "CREATE TABLE executions (id, namespace, flow_id, state, start_date, kind, finished);"
                    "CREATE TABLE events (execution_id); CREATE TABLE labels (execution_id);"
                    "CREATE TABLE lines (execution_id, kind, line);"
                )
            yield db


def _executions(selection: Selection) -> tuple[str, list[str]]:
    where, values = ["1"], []
    if selection.namespace is not None:
        if selection.flow_id is None:
            where.append("(namespace = ? OR substr(namespace, 1, length(?) + 1) = ? || '.')")
            values += [selection.namespace] * 3
        else:
            where.append("namespace = ?")
            values.append(selection.namespace)
    simple = (
        ("flow_id = ?", selection.flow_id),
        ("id = ?", selection.execution_id),
        ("start_date >= ?", selection.since),
        ("start_date <= ?", selection.until),
    )
    for condition, value in simple:
        if value is not None:
            where.append(condition)
            values.append(value)
    if selection.states:
        where.append(f"state IN ({', '.join('?' for _ in selection.states)})")
        values += selection.states
    return " AND ".join(where), values
