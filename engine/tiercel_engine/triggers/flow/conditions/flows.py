"""Conditions on the flow of an execution."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tiercel_engine.triggers.flow.conditions.registry import condition, text_of
from tiercel_engine.triggers.flow.upstream import Upstream


@condition("ExecutionFlow", "Flow")
def execution_flow(written: Mapping[str, Any], upstream: Upstream) -> bool:
    """It is this very flow."""
    flow = upstream.execution.flow
    wanted = (text_of(written, "namespace", upstream), text_of(written, "flowId", upstream))
    return (flow.namespace, flow.id) == wanted


@condition("ExecutionNamespace", "FlowNamespace")
def execution_namespace(written: Mapping[str, Any], upstream: Upstream) -> bool:
    """Its namespace equals, begins or ends so; these are plain texts, no dot is needed."""
    namespace, given = upstream.execution.flow.namespace, text_of(written, "namespace", upstream)
    default = "PREFIX" if str(written.get("prefix")).lower() == "true" else "EQUALS"
    comparison = str(written.get("comparison") or default).upper()
    if comparison == "PREFIX":
        return namespace.startswith(given)
    return namespace.endswith(given) if comparison == "SUFFIX" else namespace == given
