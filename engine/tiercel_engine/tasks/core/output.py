"""`output.OutputValues`."""

from __future__ import annotations

from typing import Any

from tiercel_engine.tasks.api import TaskContext, TaskResult, task_type
from tiercel_engine.tasks.properties import mapping


@task_type("io.kestra.plugin.core.output.OutputValues")
class OutputValues:
    """Gives back a map of rendered values."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Output `values`, null entries left out."""
        return TaskResult({"values": _without_null(await mapping(context, "values"))})


def _without_null(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_null(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [_without_null(inner) for inner in value]
    return value
