"""History of executions in SQLite."""

from __future__ import annotations

from tiercel_engine.store.history import History, HistoryError, Search, Summary

__all__ = ["History", "HistoryError", "Search", "Summary"]
