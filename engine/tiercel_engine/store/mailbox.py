"""Requests that one process leaves for another in the history, and the answers to them."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from dataclasses import dataclass

SCHEMA = """
CREATE TABLE IF NOT EXISTS requests (
    number INTEGER PRIMARY KEY AUTOINCREMENT, execution_id TEXT NOT NULL, line TEXT NOT NULL, answer TEXT
);
"""


@dataclass(frozen=True, slots=True)
class Letter:
    """A request as it lies in the mailbox: its number, for which execution, and what it says, as JSON."""

    number: int
    execution_id: str
    line: str


class Mailbox:
    """Letters of the history's file. An answer is a text, empty when the request was granted."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._seen = -1

    def post(self, execution_id: str, line: str) -> int:
        """Leave a letter; gives its number."""
        query = "INSERT INTO requests (execution_id, line) VALUES (?, ?)"
        return int(self._db.execute(query, (execution_id, line)).lastrowid or 0)

    def answer_to(self, number: int) -> str | None:
        """The answer to a letter, None as long as there is none."""
        row = self._db.execute("SELECT answer FROM requests WHERE number = ?", (number,)).fetchone()
        return row[0] if row is not None else None

    def withdraw(self, number: int) -> None:
        """Take a letter back, or throw away one that was answered."""
        self._db.execute("DELETE FROM requests WHERE number = ?", (number,))

    def has_news(self) -> bool:
        """Whether anybody else has written to the file since the last call; costs next to nothing."""
        version = int(self._db.execute("PRAGMA data_version").fetchone()[0])
        before, self._seen = self._seen, version
        return version != before

    def unanswered(self, execution_ids: Collection[str]) -> list[Letter]:
        """The letters for some executions that wait for an answer, the oldest first."""
        rows = self._db.execute("SELECT number, execution_id, line FROM requests WHERE answer IS NULL ORDER BY number")
        return [letter for letter in (Letter(*row) for row in rows.fetchall()) if letter.execution_id in execution_ids]

    def answer(self, letter: Letter, text: str) -> None:
        """Answer a letter."""
        self._db.execute("UPDATE requests SET answer = ? WHERE number = ?", (text, letter.number))
