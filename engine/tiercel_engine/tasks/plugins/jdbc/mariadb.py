"""MariaDB: the tasks of MySQL under their other name."""

from __future__ import annotations

from tiercel_engine.tasks.plugins.jdbc.mysql import Queries, Query

__all__ = ["Queries", "Query"]
