"""`log.Log`."""

from __future__ import annotations

from tiercel_engine.tasks.api import LogLevel, TaskContext, TaskFailure, TaskResult, task_type
from tiercel_engine.tasks.properties import as_text, text

_LEVELS: dict[str, LogLevel] = {
    "TRACE": "TRACE",
    "DEBUG": "DEBUG",
    "INFO": "INFO",
    "WARN": "WARN",
    "ERROR": "ERROR",
}
_JAVA_CLASSES = (
    (bool, "java.lang.Boolean"),
    (int, "java.lang.Integer"),
    (float, "java.lang.Double"),
    (dict, "java.util.LinkedHashMap"),
)


@task_type("io.kestra.plugin.core.log.Log")
class Log:
    """Logs a text, or each text of a list."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Log; no outputs."""
        message = context.properties.get("message")
        level = await text(context, "level", "INFO") or "INFO"
        if level.upper() not in _LEVELS:
            raise TaskFailure(f"No log level '{level}'")
        if isinstance(message, str):
            messages = [message]
        elif isinstance(message, (list, tuple)):
            messages = [item if isinstance(item, str) else as_text(item) for item in message]
        else:
            name = next((java for kind, java in _JAVA_CLASSES if isinstance(message, kind)), "null")
            raise TaskFailure(f"Invalid message type 'class {name}'")
        for template in messages:
            context.log(_LEVELS[level.upper()], await context.render(template))
        return TaskResult()
