"""Queries that are repeated until they find rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tiercel_engine.triggers.polling.registry import Kind, Looked, Sighting, register

_DATABASES = ("duckdb", "mariadb", "mysql", "postgresql", "sqlite")


def _query(written: Mapping[str, Any]) -> dict[str, Any]:
    properties = {name: value for name, value in written.items() if name != "interval"}
    if not any(properties.get(name) for name in ("fetch", "fetchOne", "store", "fetchType")):
        properties["fetchType"] = "FETCH"
    return properties


def _judge(looked: Looked) -> Sighting:
    return Sighting(looked.outputs if looked.outputs.get("size") else None)


for _name in _DATABASES:
    register(f"io.kestra.plugin.jdbc.{_name}.Trigger", Kind(f"io.kestra.plugin.jdbc.{_name}.Query", _judge, _query))
