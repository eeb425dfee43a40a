"""`metric.Publish`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tiercel_engine.tasks.api import MetricKind, TaskContext, TaskFailure, TaskResult, task_type
from tiercel_engine.tasks.properties import as_text, items, parse_iso_duration

_KINDS: dict[str, MetricKind] = {"counter": "counter", "timer": "timer", "gauge": "gauge"}


@task_type("io.kestra.plugin.core.metric.Publish")
class Publish:
    """Writes metrics."""

    async def run(self, context: TaskContext) -> TaskResult:
        """One metric per entry; no outputs."""
        for entry in await items(context, "metrics") or []:
            if not isinstance(entry, Mapping):
                raise TaskFailure(f"A metric has to be a map: {as_text(entry)}")
            kind = _KINDS.get(str(entry.get("type", "")).lower())
            if kind is None:
                raise TaskFailure(f"Unknown metric type '{entry.get('type')}'")
            tags = {str(key): as_text(value) for key, value in (entry.get("tags") or {}).items()}
            context.metric(kind, str(entry.get("name")), _measure(kind, entry.get("value")), tags)
        return TaskResult()


def _measure(kind: MetricKind, value: Any) -> float:
    text = as_text(value)
    if kind == "timer" and text.lstrip("+-").upper().startswith("P"):
        return parse_iso_duration(text).total_seconds()
    try:
        return float(text)
    except ValueError as error:
        raise TaskFailure(f"Cannot convert value '{text}' to a number") from error
