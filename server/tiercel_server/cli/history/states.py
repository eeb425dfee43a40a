"""The state of an execution as people see it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tiercel_engine.store import Summary

INTERRUPTED = "INTERRUPTED"
"""Stands in place of a state of Kestra's when the process ended before the execution did."""


def shown_state(summary: Summary) -> str:
    """The state, or that it was interrupted."""
    return INTERRUPTED if summary.interrupted else summary.state
