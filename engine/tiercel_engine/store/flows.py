"""The flows of executions: each text is kept once, however many executions and iterations it has."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable
from typing import Any

from tiercel_engine.core.codec import flow_from_json, flow_to_json
from tiercel_schemas.model import Flow

SCHEMA = "CREATE TABLE IF NOT EXISTS flows (name TEXT PRIMARY KEY, line TEXT NOT NULL) WITHOUT ROWID;"


class Flows:
    """Flows by a name that follows from their text; `mask` takes plain data and gives it without secrets."""

    def __init__(self, db: sqlite3.Connection, mask: Callable[[Any], Any] | None = None) -> None:
        self._db = db
        self._mask = mask
        self._names: dict[int, tuple[Flow, str]] = {}
        self._read: dict[str, Flow] = {}

    def keep(self, flow: Flow) -> str:
        """Keep a flow unless it is there; its name. Belongs into a transaction with what names it."""
        known = self._names.get(id(flow))
        if known is None:
            line = flow_to_json(flow, self._mask)
            name = hashlib.blake2b(line.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
            self._db.execute("INSERT OR IGNORE INTO flows VALUES (?, ?)", (name, line))
            known = self._names[id(flow)] = (flow, name)
        return known[1]

    def named(self, name: str) -> Flow:
        """The flow of a name; raises ValueError when it isn't there."""
        flow = self._read.get(name)
        if flow is None:
            row = self._db.execute("SELECT line FROM flows WHERE name = ?", (name,)).fetchone()
            if row is None:
                raise ValueError(f"the flow {name} is not in the history")
            flow = self._read[name] = flow_from_json(row[0])
        return flow


def forget_unused(db: sqlite3.Connection) -> None:
    """Remove the flows that no execution names any more."""
    db.execute(SCHEMA)
    used = "SELECT json_extract(line, '$.flow') FROM events WHERE json_extract(line, '$.type') = 'ExecutionCreated'"
    db.execute(f"DELETE FROM flows WHERE name NOT IN ({used})")  # noqa: S608
