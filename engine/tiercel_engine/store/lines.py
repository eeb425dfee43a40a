"""Logs and metrics as the history keeps them: compact, and no more of a task run than a bound."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

MOST_LINES = 100_000
"""Lines of a task run that a process keeps."""
MOST_BYTES = 10_000_000
"""Bytes that these lines take, at most."""
_KNOWN_BY_ROW = frozenset({"event", "executionId"})


def compact(line: Mapping[str, Any]) -> str:
    """A line of the event stream without what its row in the database says."""
    kept = {key: value for key, value in line.items() if key not in _KNOWN_BY_ROW}
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":"))


def whole(execution_id: str, kind: str, text: str) -> dict[str, Any]:
    """The line of the event stream again."""
    kept = json.loads(text)
    return {"event": kind, "time": kept.get("time"), "executionId": execution_id, **kept}


@dataclass(slots=True)
class Allowance:
    """What the lines of one task run may still take."""

    lines: int
    size: int
    is_over: bool = False

    def takes(self, text: str) -> bool:
        """Whether a line fits; once one has not, none does."""
        size = len(text.encode("utf-8", "replace"))
        if self.lines < 1 or self.size < size:
            self.is_over = True
        else:
            self.lines -= 1
            self.size -= size
        return not self.is_over


def ending_of(line: Mapping[str, Any]) -> dict[str, Any]:
    """The log entry that stands in the history in place of a line and all that follow it."""
    subject = f"Task '{line['taskId']}'" if line.get("taskId") else "The execution"
    message = f"{subject} told more than the history keeps; what follows was only shown while it ran"
    place = {key: line[key] for key in ("taskRunId", "taskId", "attempt") if key in line}
    return {"time": line.get("time"), **place, "level": "WARN", "message": message}
