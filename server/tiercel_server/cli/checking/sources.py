"""A text that is to be checked, and what is found out about it in two steps.

First each text is surveyed: is it a flow, and what may other flows know of it. When that is known of all of them each
one is checked.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tiercel_schemas.diagnostics import Diagnostic
from tiercel_schemas.versions import KestraVersion
from tiercel_server.analysis.workspace_flows import KnownFlow
from tiercel_server.workspace.settings import ProjectSettings


@dataclass(slots=True)
class Source:
    """A text under the name that reports give it. An explicit `kestra_version` wins over that of the settings.

    What is `around` is not checked itself: others of its project may look it up.
    """

    name: str
    text: str
    settings: ProjectSettings
    kestra_version: KestraVersion | None
    named: bool
    around: bool = False

    @property
    def version(self) -> KestraVersion:
        """The version that holds."""
        return self.kestra_version or self.settings.effective_version

    @property
    def folder(self) -> Path:
        """The folder whose imported schemas hold."""
        return Path(self.name).parent.resolve()


@dataclass(frozen=True, slots=True)
class Survey:
    """Whether a text holds a flow, and its flows as others may know them."""

    is_flow: bool
    known: tuple[KnownFlow, ...] = ()


@dataclass(frozen=True, slots=True)
class Checked:
    """All findings on a text, and whether other flows were looked up for them."""

    findings: tuple[Diagnostic, ...]
    asked: bool
