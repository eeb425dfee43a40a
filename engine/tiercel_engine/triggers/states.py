"""What is remembered of each trigger, so that a restart forgets nothing."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from tiercel_engine.store.history import History
from tiercel_engine.triggers.records import Backfill, Key, TriggerState

_SCHEMA = """
CREATE TABLE IF NOT EXISTS triggers (
    namespace TEXT NOT NULL, flow_id TEXT NOT NULL, trigger_id TEXT NOT NULL, line TEXT NOT NULL,
    PRIMARY KEY (namespace, flow_id, trigger_id)
) WITHOUT ROWID;
"""
_DATES = ("next", "last", "start", "end", "current")


class TriggerStates:
    """States in the history's database: what is put there lasts with the events told next, or not at all."""

    def __init__(self, history: History) -> None:
        self._history = history
        history.begin().execute(_SCHEMA)
        history.commit()

    def all(self) -> dict[Key, TriggerState]:
        """Every state that is kept."""
        rows = self._history.begin().execute("SELECT namespace, flow_id, trigger_id, line FROM triggers").fetchall()
        self._history.commit()
        return {(namespace, flow_id, trigger_id): _read(line) for namespace, flow_id, trigger_id, line in rows}

    def put(self, key: Key, state: TriggerState) -> None:
        """Keep a state, as soon as something is committed."""
        self._history.begin().execute("INSERT OR REPLACE INTO triggers VALUES (?, ?, ?, ?)", (*key, _written(state)))

    def commit(self) -> None:
        """Make what was put last."""
        self._history.commit()


def _written(state: TriggerState) -> str:
    return json.dumps(asdict(state), default=lambda value: value.isoformat(), ensure_ascii=False)


def _read(line: str) -> TriggerState:
    values = json.loads(line)
    backfill = values.pop("backfill", None)
    state = TriggerState(**_dated(values))
    return replace(state, backfill=Backfill(**_dated(backfill))) if backfill is not None else state


def _dated(values: dict[str, Any]) -> dict[str, Any]:
    return {
        name: datetime.fromisoformat(value) if name in _DATES and value is not None else value
        for name, value in values.items()
    }
