"""`log.Fetch` of 1.3."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tiercel_engine.storage.ion_rows import write_rows
from tiercel_engine.tasks.api import TaskContext, TaskFailure, TaskResult, task_type
from tiercel_engine.tasks.core.history import OpenHistory, in_thread
from tiercel_engine.tasks.core.storage.files import temporary_name
from tiercel_engine.tasks.properties import as_text, items, text
from tiercel_engine.tasks.working_files import store_file

_LEVELS = ("TRACE", "DEBUG", "INFO", "WARN", "ERROR")


@task_type("io.kestra.plugin.core.log.Fetch")
class Fetch:
    """Stores the log entries of an execution, this one unless another is named, as a file of records."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Outputs `uri` and `size` (entries); raises `TaskFailure`."""
        execution_id = await text(context, "executionId") or context.execution_id
        least = (await text(context, "level", "INFO") or "INFO").upper()
        if least not in _LEVELS:
            raise TaskFailure(f"No log level '{least}'")
        tasks = {as_text(each) for each in await items(context, "tasksId") or []}
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "rows"
            size = await in_thread(lambda: _write_logs(context, execution_id, _Wanted(least, tasks), file))
            return TaskResult({"uri": await store_file(context, file, temporary_name(".ion")), "size": size})


class _Wanted:
    def __init__(self, least: str, tasks: set[str]) -> None:
        self._levels = frozenset(_LEVELS[_LEVELS.index(least) :])
        self._tasks = tasks

    def holds(self, line: Mapping[str, Any]) -> bool:
        return line.get("level") in self._levels and (not self._tasks or line.get("taskId") in self._tasks)


def _write_logs(context: TaskContext, execution_id: str, wanted: _Wanted, file: Path) -> int:
    size = 0

    def rows() -> Iterator[dict[str, Any]]:
        nonlocal size
        with OpenHistory(context) as history:
            summary = history.summary(execution_id)
            for line in history.lines(execution_id, "log"):
                if not wanted.holds(line):
                    continue
                size += 1
                yield _entry(line, summary.namespace if summary else "", summary.flow_id if summary else "")

    with file.open("wb") as sink:
        write_rows(list(rows()), sink, binary=False)
    return size


def _entry(line: Mapping[str, Any], namespace: str, flow_id: str) -> dict[str, Any]:
    names = {"taskId": "taskId", "taskRunId": "taskRunId", "attempt": "attemptNumber", "time": "timestamp"}
    entry = {"namespace": namespace, "flowId": flow_id, "executionId": line["executionId"]}
    entry |= {there: line[here] for here, there in names.items() if line.get(here) is not None}
    return {**entry, "level": line.get("level"), "message": line.get("message")}
