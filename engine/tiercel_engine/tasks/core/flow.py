"""The leaf tasks among the flowables: `Sleep` and `PurgeFlows`."""

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


@task_type("io.kestra.plugin.core.flow.PurgeFlows")
class PurgeFlows:
    """Removes old revisions of flows, of which a workspace has none: its flows are files."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Output `size`, always 0."""
        context.log("INFO", "Flows of a workspace are files without revisions: nothing to purge")
        return TaskResult({"size": 0})
