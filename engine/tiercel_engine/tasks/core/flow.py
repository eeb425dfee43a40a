"""`flow.Sleep`, the one leaf task among the flowables."""

from __future__ import annotations

import anyio

from tiercel_engine.inputs.java_time import Duration
from tiercel_engine.tasks.api import TaskContext, TaskResult, task_type
from tiercel_engine.tasks.properties import parse_iso_duration, required_text


@task_type("io.kestra.plugin.core.flow.Sleep")
class Sleep:
    """Waits."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Wait for `duration`; no outputs."""
        length = parse_iso_duration(await required_text(context, "duration"))
        shown = Duration(round(length.total_seconds() * 1_000_000) * 1000)
        context.log("INFO", f"Waiting for {shown}")
        await anyio.sleep(length.total_seconds())
        return TaskResult()
