"""Conditions made of conditions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tiercel_engine.triggers.flow.conditions.registry import condition, holds
from tiercel_engine.triggers.flow.upstream import Upstream


@condition("Not")
def none_holds(written: Mapping[str, Any], upstream: Upstream) -> bool:
    """None of them holds."""
    return not any(holds(each, upstream) for each in written.get("conditions") or ())


@condition("Or")
def any_holds(written: Mapping[str, Any], upstream: Upstream) -> bool:
    """One of them holds."""
    return any(holds(each, upstream) for each in written.get("conditions") or ())
