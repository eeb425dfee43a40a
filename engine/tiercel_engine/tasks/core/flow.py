"""`flow.Sleep`, the one leaf task among the flowables."""

from __future__ import annotations

import anyio

from tiercel_engine.tasks.api import TaskContext, TaskResult, task_type
from tiercel_engine.tasks.properties import parse_iso_duration, required_text
from tiercel_schemas.model.durations import format_duration


@task_type("io.kestra.plugin.core.flow.Sleep")
class Sleep:
    """Waits."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Wait for `duration`; no outputs."""
        length = parse_iso_duration(await required_text(context, "duration"))
        context.log("INFO", f"Waiting for {format_duration(length)}")
        await anyio.sleep(length.total_seconds())
        return TaskResult()
