"""Histories that an earlier version wrote are read on."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tiercel_engine.store import History, HistoryError, Search

OLD = """CREATE TABLE executions (
    id TEXT PRIMARY KEY, namespace TEXT NOT NULL, flow_id TEXT NOT NULL, kestra_version TEXT NOT NULL,
    state TEXT NOT NULL, start_date TEXT NOT NULL, end_date TEXT, parent_id TEXT, kind TEXT,
    finished INTEGER NOT NULL DEFAULT 0, owner INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE TABLE labels (
    execution_id TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (execution_id, key)
) WITHOUT ROWID;
"""


@pytest.mark.parametrize("version", [1, 2, 3])
def test_an_older_file_keeps_its_order(tmp_path: Path, version: int) -> None:
    path = tmp_path / "executions.db"
    with closing(sqlite3.connect(path)) as db:
        db.executescript(OLD)
        for number in (1, 3, 2):
            values = (f"e{number}", "a.b", "f", "2.0", "SUCCESS", f"2026-01-0{number}T00:00:00.000000Z")
            db.execute(
                "INSERT INTO executions (id, namespace, flow_id, kestra_version, state, start_date, finished)"
                " VALUES (?, ?, ?, ?, ?, ?, 1)",
                values,
            )
        db.execute(f"PRAGMA user_version = {version}")
        db.commit()
    for _ in range(2):
        history = History(path)
        assert [each.id for each in history.find(Search())] == ["e3", "e2", "e1"]
        history.close()


def test_a_newer_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "executions.db"
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(HistoryError, match="another version"):
        History(path)
