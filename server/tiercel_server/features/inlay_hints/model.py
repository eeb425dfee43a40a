"""Hints, and what they are made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from tiercel_server.features.run_report import TaskEnd
from tiercel_server.workspace.index import NO_INDEX, WorkspaceIndex


@dataclass(frozen=True, slots=True)
class InlayHint:
    """A text at an offset; `tooltip` says more. A `type` hint follows a name, a `note` stands at the end of a line."""

    offset: int
    text: str
    kind: Literal["type", "note"]
    tooltip: str = ""


@dataclass(frozen=True, slots=True)
class HintSources:
    """What hints need besides the document: the workspace, the moment it is now (None: no next runs are told), and how
    the tasks of the last runs ended, by flow and task."""

    index: WorkspaceIndex = NO_INDEX
    moment: datetime | None = None
    task_ends: Mapping[str, Mapping[str, TaskEnd]] = field(default_factory=dict)
