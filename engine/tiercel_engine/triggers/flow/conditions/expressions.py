"""Conditions that are expressions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tiercel_engine.core.truth import is_true
from tiercel_engine.triggers.flow.conditions.registry import condition
from tiercel_engine.triggers.flow.upstream import Upstream


@condition("Expression", "Variable")
def expression(written: Mapping[str, Any], upstream: Upstream) -> bool:
    """The expression is true; it sees the outputs of the execution, and as `flow` the one that listens."""
    return is_true(upstream.render(str(written.get("expression") or ""), upstream.context))
