"""What the server says of itself: a line for each thing that happens, as text or as JSON, on standard error."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

LogFormat = Literal["text", "json"]


@dataclass(frozen=True, slots=True)
class ServerLog:
    """Writes lines through `out`; `mask` takes secrets out of a text."""

    format: LogFormat
    out: Callable[[str], None]
    mask: Callable[[str], str] = lambda text: text

    def write(self, level: str, message: str, **fields: Any) -> None:
        """Say one thing, with what belongs to it by name."""
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        told = {key: value for key, value in fields.items() if value is not None}
        if self.format == "json":
            line = json.dumps({"time": now, "level": level, "message": message, **told}, ensure_ascii=False)
        else:
            named = "".join(f" {key}={_one_line(value)}" for key, value in told.items())
            line = f"{now} {level:<5} {message}{named}"
        self.out(self.mask(line))


class LogLines(logging.Handler):
    """Passes on what libraries log, a line each: no traceback leaves the process."""

    def __init__(self, log: ServerLog) -> None:
        super().__init__(logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        """Say it as the server says everything."""
        fault = record.exc_info[1] if record.exc_info else None
        told = f"{type(fault).__name__}: {fault}" if fault is not None else None
        self._log.write("WARN" if record.levelno < logging.ERROR else "ERROR", record.getMessage().strip(), fault=told)


def _one_line(value: Any) -> str:
    text = str(value)
    return json.dumps(text, ensure_ascii=False) if any(c.isspace() or not c.isprintable() for c in text) else text
