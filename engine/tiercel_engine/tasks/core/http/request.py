"""`http.Request`."""

from __future__ import annotations

from tiercel_engine.tasks.api import TaskContext, TaskResult, task_type
from tiercel_engine.tasks.core.http.exchange import exchange, header_lists, read_options


@task_type("io.kestra.plugin.core.http.Request", "io.kestra.plugin.fs.http.Request")
class Request:
    """Sends a request and gives back the answer."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Outputs `uri`, `code`, `headers`, `body` (text)."""
        options = await read_options(context)
        async with exchange(context, options) as response:
            content = await response.aread()
            charset = response.charset_encoding or options.charset
            try:
                body = content.decode(charset, errors="replace")
            except LookupError:
                body = content.decode("utf-8", errors="replace")
            return TaskResult(
                {
                    "uri": str(response.url),
                    "code": response.status_code,
                    "headers": header_lists(response),
                    "body": body,
                }
            )
