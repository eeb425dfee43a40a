"""The kinds of tasks that the engine runs itself, by type: `KINDS`."""

from __future__ import annotations

from tiercel_engine.core.flowables import (
    branching,
    each,
    execution_updates,
    for_each_item,
    loop,
    loop_until,
    parallel,
    pause,
    sequential,
    subflow,
    working_directory,
)
from tiercel_engine.core.flowables.base import KINDS, Flowable, Kind

__all__ = [
    "KINDS",
    "Flowable",
    "Kind",
    "branching",
    "each",
    "execution_updates",
    "for_each_item",
    "loop",
    "loop_until",
    "parallel",
    "pause",
    "sequential",
    "subflow",
    "working_directory",
]
