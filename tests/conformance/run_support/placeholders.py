"""Names in place of what no two runs have in common: ids, times, temporary names, ports."""

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.conformance.run_support.recording import RecordedExecution

_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2})")
_UUID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")
_RULES = (
    (re.compile(r"Starting command with pid \d+"), "Starting command with pid <pid>"),
    (re.compile(r"(FilterCondition@)[^\]]+"), r"\1<hash>"),
    (re.compile(r"Killing process \d+"), "Killing process <pid>"),
    (re.compile(r"(namespace files from '[^']*' in )PT[0-9HMS.E-]+"), r"\1<duration>"),
    (re.compile(r"(execution duration of )PT[0-9HMS.E-]+"), r"\1<duration>"),
    (re.compile(r"(?<=/)\d{6,}(?=\.\w+)"), "<n>"),
    (re.compile(r"(?<=/)[0-9A-Za-z]{20,22}(?=-)"), "<id>"),
    (re.compile(r"\b[0-9a-f]{64}\b"), "<sha256>"),
    (re.compile(r"\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} \w{3} \d{4} \d{2}:\d{2}:\d{2} GMT\b"), "<http-date>"),
)
NEAR = timedelta(days=1)


class Placeholders:
    """Replaces, in texts and in data, the ids of a story's executions and everything else that differs."""

    def __init__(self, executions: list[RecordedExecution], http: str, working: re.Pattern[str]) -> None:
        self.names: dict[str, str] = {}
        used: Counter[str] = Counter()
        by_id = {execution.id: execution for execution in executions}
        for execution in executions:
            self.names[execution.id] = f"<execution:{_execution_name(execution, by_id, used)}>"
            seen: Counter[str] = Counter()
            for run in (*execution.task_runs.values(), *execution.removed.values()):
                name = f"{run.task_id}[{run.value}]" if run.value is not None else run.task_id
                seen[name] += 1
                self.names[run.id] = f"<taskrun:{name}{_numbered(seen[name])}>"
        self._http = http
        self._port = http.rsplit(":", 1)[1]
        self._working = working
        self._ids = re.compile("|".join(map(re.escape, sorted(self.names, key=len, reverse=True))) or r"(?!)")
        self._now = datetime.now(UTC)

    def text(self, text: str) -> str:
        """A text with placeholders."""
        text = self._ids.sub(lambda match: self.names[match[0]], text)
        text = text.replace(self._http, "<http>")
        text = re.sub(rf"localhost(/127\.0\.0\.1)?:{self._port}", r"localhost\1:<port>", text)
        text = self._working.sub("<workdir>", text)
        text = _INSTANT.sub(self._instant, text)
        text = _UUID.sub("<uuid>", text)
        for pattern, replacement in _RULES:
            text = pattern.sub(replacement, text)
        return text

    def data(self, value: Any) -> Any:
        """Plain data with placeholders, keys of maps sorted, entries without a value dropped."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {
                self.text(str(key)): self.data(value[key]) for key in sorted(value, key=str) if value[key] is not None
            }
        if isinstance(value, (list, tuple)):
            return [self.data(item) for item in value]
        return value

    def _instant(self, match: re.Match[str]) -> str:
        try:
            moment = datetime.fromisoformat(match[0])
        except ValueError:
            return match[0]
        return "<instant>" if abs(moment - self._now) < NEAR else match[0]


def _execution_name(execution: RecordedExecution, by_id: dict[str, RecordedExecution], used: Counter[str]) -> str:
    loop = execution.created.get("loopRun")
    parent = by_id.get(execution.created.get("parentId", ""))
    if loop and parent:
        name = f"{_execution_name(parent, by_id, Counter())}/{loop['taskId']}/{loop['index']}"
    else:
        name = execution.created["flowId"]
    used[name] += 1
    return name + _numbered(used[name])


def _numbered(count: int) -> str:
    return f"#{count}" if count > 1 else ""
