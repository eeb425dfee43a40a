"""One run of a script's commands: what becomes of each line that they write."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tiercel_engine.runners.protocol import BadMessage, read_message
from tiercel_engine.tasks.api import LogLevel, TaskContext
from tiercel_engine.tasks.scripts.command_text import DEBUG_MARK, INFO_MARK


@dataclass(slots=True)
class Session:
    """Turns lines into logs, metrics and `variables` (the output `vars`)."""

    context: TaskContext
    variables: dict[str, Any] = field(default_factory=dict)
    level: LogLevel = "INFO"

    def line(self, line: str, is_error: bool) -> None:  # noqa: FBT001
        """Take a line of standard output or standard error, without its end."""
        if not is_error and line in (DEBUG_MARK, INFO_MARK):
            self.level = "DEBUG" if line == DEBUG_MARK else "INFO"
            return
        try:
            message = read_message(line)
        except BadMessage as complaint:
            self.context.log("WARN", str(complaint))
            return
        if message is None:
            self.context.log("ERROR" if is_error else self.level, line)
            return
        self.variables.update(message.outputs)
        for metric in message.metrics:
            self.context.metric(metric.kind, metric.name, metric.value, metric.tags)
        for level, text in message.logs:
            self.context.log(level, text)
