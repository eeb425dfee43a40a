"""What a trigger looks at: an execution in a state, and what expressions see of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from tiercel_engine.core.api_shape import iso
from tiercel_engine.core.records import Execution
from tiercel_engine.core.states import State
from tiercel_schemas.model import Flow
from tiercel_schemas.versions import KestraVersion

Render = Callable[[str, Mapping[str, Any]], str]
"""The text of a template; raises `RenderError`."""


@dataclass(frozen=True, slots=True)
class Upstream:
    """An execution, the context of expressions about it, and how they are rendered; `warn` takes what goes wrong."""

    execution: Execution
    context: Mapping[str, Any]
    render: Render
    warn: Callable[[str], None] = lambda _text: None

    @property
    def labels(self) -> dict[str, str]:
        """The labels, without those that Kestra sets itself."""
        return {key: value for key, value in self.execution.labels if not key.startswith("system.")}

    def seen_by(self, flow: Flow) -> Upstream:
        """The same for expressions whose `flow` is the one that listens."""
        entry = {
            "id": flow.id,
            "namespace": flow.namespace,
            "revision": flow.revision or 1,
            "tenantId": "main",
        }
        return replace(self, context={**self.context, "flow": entry})

    def with_variables(self, **variables: Any) -> Upstream:
        """The same with other variables at the root of expressions."""
        return replace(self, context={**self.context, **variables})


def trigger_variables(execution: Execution, outputs: Mapping[str, Any]) -> dict[str, Any]:
    """What the started execution sees as `trigger`; empty `outputs` are left out."""
    variables: dict[str, Any] = {
        "executionId": execution.id,
        "executionLabels": {key: value for key, value in execution.labels if not key.startswith("system.")},
        "namespace": execution.flow.namespace,
        "flowId": execution.flow.id,
        "flowRevision": execution.flow.revision or 1,
        "state": execution.state.value,
    }
    if outputs:
        variables["outputs"] = dict(outputs)
    if execution.flow.version is KestraVersion.V1_3:
        return variables
    variables["startDate"] = iso(execution.start_date)
    if execution.state.terminated:
        variables["endDate"] = iso(execution.history[-1].date)
    runs = execution.ordered_task_runs()
    if runs:
        variables["lastTaskId"] = runs[-1].task_id
    failed = next((run for run in runs if run.state is State.FAILED), None)
    if failed is not None:
        variables["firstFailedTaskId"] = failed.task_id
    return variables
