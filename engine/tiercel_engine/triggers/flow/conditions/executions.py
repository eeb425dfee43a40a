"""Conditions on an execution: its state, labels, flow outputs, attempts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tiercel_engine.core.truth import is_true
from tiercel_engine.triggers.flow.conditions.registry import condition
from tiercel_engine.triggers.flow.upstream import Upstream


def _among(state: str, written: Mapping[str, Any]) -> bool:
    wanted, refused = written.get("in"), written.get("notIn")
    return (not wanted or state in wanted) and (not refused or state not in refused)


@condition("ExecutionStatus")
def execution_status(written: Mapping[str, Any], upstream: Upstream) -> bool:
    """The state is one of `in`, and none of `notIn`."""
    return _among(upstream.execution.state.value, written)


@condition("ExecutionLabels")
def execution_labels(written: Mapping[str, Any], upstream: Upstream) -> bool:
    """All labels are there."""
    wanted = written.get("labels") or {}
    pairs = wanted.items() if isinstance(wanted, Mapping) else ((each["key"], each["value"]) for each in wanted)
    known = dict(upstream.execution.labels)
    return all(known.get(str(key)) == str(value) for key, value in pairs)


@condition("ExecutionOutputs")
def execution_outputs(written: Mapping[str, Any], upstream: Upstream) -> bool:
    """An expression on `trigger.outputs`, the outputs of the execution's flow; none without outputs."""
    outputs = dict(upstream.execution.outputs)
    if not outputs:
        return False
    seen = upstream.with_variables(trigger={"outputs": outputs})
    return is_true(seen.render(str(written.get("expression") or ""), seen.context))


@condition("HasRetryAttempt")
def has_retry_attempt(written: Mapping[str, Any], upstream: Upstream) -> bool:
    """A task run has more than one attempt, and one of them ended so."""
    for run in upstream.execution.task_runs.values():
        if len(run.attempts) > 1 and any(_among(attempt.state.value, written) for attempt in run.attempts):
            return True
    return False
