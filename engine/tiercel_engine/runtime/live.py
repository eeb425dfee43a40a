"""An execution while it runs: the record, what expressions see of it, and what can be stopped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio

from tiercel_engine.core.records import Execution
from tiercel_engine.expressions import Renderer
from tiercel_engine.runtime.context import Views
from tiercel_engine.runtime.folder_cache import FolderCache

_KEPT_ERRORS = 1000


@dataclass(frozen=True, slots=True)
class Caller:
    """The task run that waits for an execution."""

    execution_id: str
    task_run_id: str
    loop_index: int | None = None
    store_outputs: bool = False
    waits: bool = True
    batch: int | None = None


@dataclass(slots=True)
class Live:
    """One execution at work."""

    execution: Execution
    views: Views
    renderer: Renderer
    inherited: Mapping[str, Any]
    caller: Caller | None = None
    tasks: dict[str, anyio.CancelScope] = field(default_factory=dict)
    """The scopes of leaf tasks at work, by task run."""
    stopped: dict[str, bool] = field(default_factory=dict)
    """Leaf tasks told to stop; whether their end is awaited."""
    timers: set[anyio.CancelScope] = field(default_factory=set)
    directories: dict[str, Path] = field(default_factory=dict)
    """Working directories by the run of their WorkingDirectory."""
    caches: dict[str, FolderCache] = field(default_factory=dict)
    """Caches that found nothing, and are filled when their directory is closed."""
    errors: list[Mapping[str, Any]] = field(default_factory=list)
    holds_slot: bool = False
    finished: anyio.Event = field(default_factory=anyio.Event)

    def note_error(self, entry: Mapping[str, Any]) -> None:
        """Keep an ERROR log entry for `errorLogs()`; beyond a number, none are kept."""
        if len(self.errors) < _KEPT_ERRORS:
            self.errors.append(entry)
