"""What the `…Execution` tasks tell of an execution: its name, its state, and how long it took."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from tiercel_engine.tasks.api import TaskContext
from tiercel_engine.tasks.properties import as_text, mapping, text
from tiercel_schemas.model.durations import format_duration


@dataclass(frozen=True, slots=True)
class Alert:
    """An execution as told about: the one at hand, or the one that a Flow trigger names."""

    namespace: str
    flow_id: str
    execution_id: str
    state: str
    took: str | None
    custom_message: str | None
    custom_fields: Mapping[str, Any]

    @property
    def title(self) -> str:
        """One line that names the execution and its state."""
        return f"[{self.namespace}] {self.flow_id} ➛ {self.state}"

    @property
    def fields(self) -> dict[str, str]:
        """What is known of it, by the words to show."""
        known = {
            "Namespace": self.namespace,
            "Flow ID": self.flow_id,
            "Execution ID": self.execution_id,
            "Execution Status": self.state,
            "Duration": self.took,
            **{name: as_text(value) for name, value in self.custom_fields.items()},
        }
        return {name: value for name, value in known.items() if value is not None}

    @property
    def text(self) -> str:
        """All of it as lines of text."""
        lines = [self.title, *([self.custom_message] if self.custom_message else [])]
        return "\n".join([*lines, *(f"{name}: {value}" for name, value in self.fields.items())])


async def read_alert(context: TaskContext) -> Alert:
    """The execution that `executionId` names, as far as this execution knows of it."""
    own = context.variables.get("execution") or {}
    execution_id = await text(context, "executionId") or context.execution_id
    trigger = context.variables.get("trigger")
    told = trigger if isinstance(trigger, Mapping) and trigger.get("executionId") == execution_id else None
    if told is not None:
        namespace, flow_id = as_text(told.get("namespace")), as_text(told.get("flowId"))
        state, start = as_text(told.get("state") or "UNKNOWN"), told.get("startDate")
    else:
        namespace, flow_id = context.namespace, context.flow_id
        state, start = as_text(own.get("state") or "RUNNING"), own.get("startDate")
    return Alert(
        namespace,
        flow_id,
        execution_id,
        state,
        _since(start),
        await text(context, "customMessage"),
        await mapping(context, "customFields"),
    )


def _since(start: Any) -> str | None:
    if isinstance(start, str):
        try:
            start = datetime.fromisoformat(start)
        except ValueError:
            return None
    if not isinstance(start, datetime) or start.tzinfo is None:
        return None
    return format_duration(timedelta(seconds=max(0.0, (datetime.now(UTC) - start).total_seconds())))
