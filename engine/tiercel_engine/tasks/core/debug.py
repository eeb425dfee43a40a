"""`debug.Return`, and `debug.Echo` of 1.3."""

from __future__ import annotations

import time

from tiercel_engine.tasks.api import LogLevel, TaskContext, TaskResult, task_type
from tiercel_engine.tasks.properties import text


@task_type("io.kestra.plugin.core.debug.Return")
class Return:
    """Gives back a rendered text."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Output `value`; none without `format`."""
        start = time.monotonic()
        value = await text(context, "format")
        if value is None:
            return TaskResult()
        context.log("DEBUG", value)
        context.metric("counter", "length", float(len(value)))
        context.metric("timer", "duration", time.monotonic() - start)
        return TaskResult({"value": value})


@task_type("io.kestra.plugin.core.debug.Echo")
class Echo:
    """Logs a rendered text."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Log; no outputs."""
        level = (await text(context, "level", "INFO") or "INFO").upper()
        levels: tuple[LogLevel, ...] = ("TRACE", "DEBUG", "INFO", "WARN", "ERROR")
        shown: LogLevel = next((known for known in levels if known == level), "INFO")
        context.log(shown, await text(context, "format") or "")
        return TaskResult()
