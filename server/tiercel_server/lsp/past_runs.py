"""The last run of a flow, read from the history without ever writing to it."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from threading import Lock
from typing import Any

from tiercel_server.features.surroundings import SeenRun

logger = logging.getLogger(__name__)
_DATABASE = Path(".tiercel") / "executions.db"
_MOST_EVENTS = 5_000
_LONGEST_WAIT = 0.8
"""Seconds that an answer waits for another thread that reads; it comes without values seen then."""
_PATIENCE = 0.2
"""Seconds to wait for a history that is being written."""
_LATEST = (
    "SELECT id, state, start_date FROM executions WHERE namespace = ? AND flow_id = ? AND kind IS NULL"
    " ORDER BY start_date DESC LIMIT 1"
)
_Key = tuple[Path, str, str]
_Stamp = tuple[int, int]


class PastRuns:
    """Keeps what was read until the history's file changes. For worker threads."""

    def __init__(self) -> None:
        self._read: dict[_Key, tuple[_Stamp, SeenRun | None]] = {}
        self._lock = Lock()

    def last(self, folder: Path, namespace: str, flow_id: str) -> SeenRun | None:
        """The last run of a flow in the history below a folder; None where there is none, or none that can be read."""
        database = folder / _DATABASE
        stamp = _stamp(database)
        if stamp is None:
            return None
        key = (database, namespace, flow_id)
        known = self._read.get(key)
        if known is not None and known[0] == stamp:
            return known[1]
        if not self._lock.acquire(timeout=0 if known is not None else _LONGEST_WAIT):
            return known[1] if known is not None else None  # Another thread is reading; what was true lately will do.
        try:
            known = self._read.get(key)
            if known is None or known[0] != stamp:
                known = self._read[key] = (stamp, _read_last(database, namespace, flow_id))
            return known[1]
        finally:
            self._lock.release()


def _stamp(database: Path) -> _Stamp | None:
    try:
        written = database.stat().st_mtime_ns
    except OSError:
        return None
    try:
        log = database.with_name(f"{database.name}-wal").stat()
    except OSError:
        return written, 0
    return max(written, log.st_mtime_ns), log.st_size


def _read_last(database: Path, namespace: str, flow_id: str) -> SeenRun | None:
    try:
        address = f"{database.resolve().as_uri()}?mode=ro"
        with closing(sqlite3.connect(address, uri=True, timeout=_PATIENCE)) as history:
            row = history.execute(_LATEST, (namespace, flow_id)).fetchone()
            if row is None:
                return None
            execution_id, state, started = row
            query = "SELECT line FROM events WHERE execution_id = ? ORDER BY number LIMIT ?"
            lines = [line for (line,) in history.execute(query, (execution_id, _MOST_EVENTS))]
            return _seen(execution_id, state, started, lines, history)
    except sqlite3.Error as error:
        logger.info("The history %s can't be read: %s", database, error)
    except Exception:
        logger.exception("The last run of %s.%s could not be read", namespace, flow_id)
    return None


def _seen(execution_id: str, state: str, started: str, lines: list[str], history: sqlite3.Connection) -> SeenRun | None:
    # The engine is imported only where something was run.
    from tiercel_engine.core.codec import event_from_json
    from tiercel_engine.core.decide import rebuild
    from tiercel_engine.runtime.jsonable import jsonable
    from tiercel_engine.store.flows import Flows

    if not lines:
        return None
    execution = rebuild([event_from_json(line, Flows(history).named) for line in lines])
    outputs: dict[str, Any] = {}
    states: dict[str, str] = {}
    for run in execution.ordered_task_runs():
        states[run.task_id] = run.state.value
        if run.outputs:
            outputs[run.task_id] = jsonable(run.outputs)
    inputs = jsonable(execution.inputs)
    return SeenRun(execution_id, state, started, outputs, inputs if isinstance(inputs, Mapping) else {}, states)
