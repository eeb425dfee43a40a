"""What a rule is, and what it gets to look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from tiercel_schemas.diagnostics import Diagnostic, RelatedLocation, Severity
from tiercel_schemas.source.spans import Span
from tiercel_schemas.versions import KestraVersion
from tiercel_server.analysis.flow import FlowAnalysis
from tiercel_server.analysis.workspace_flows import NO_FLOWS, WorkspaceFlows
from tiercel_server.workspace.settings import ProjectSettings
from tiercel_server.workspace.snapshot import DocumentSnapshot

if TYPE_CHECKING:
    from tiercel_server.analysis.unit_tests import SuiteDocument

Group = Literal["structure", "references", "expressions", "logic", "versions", "practice", "security", "unit-tests"]
Profile = Literal["practice", "security"]
ALL_VERSIONS = tuple(KestraVersion)


@dataclass(frozen=True, slots=True)
class Rule:
    """A kind of finding: its code, its words, and when it holds.

    `summary` is one line that says what is flagged; `why` says what happens if it is left so. `bad` and `good` are
    flows (or stretches of one) before and after. `fix` tells what an automatic fix does, "" where there is none.
    A rule with a `profile` is off until the project asks for that profile, one that is `asked_for` until it is named:
    selected, or given a severity. `at_run_time`: Kestra's own validation
    takes such a flow, and it fails, or misleads, when it runs.
    """

    code: str
    group: Group
    summary: str
    why: str
    bad: str
    good: str
    severity: Severity = Severity.ERROR
    fix: str = ""
    versions: tuple[KestraVersion, ...] = ALL_VERSIONS
    profile: Profile | None = None
    at_run_time: bool = False
    asked_for: bool = False

    def finding(
        self,
        message: str,
        span: Span,
        *,
        severity: Severity | None = None,
        related: tuple[RelatedLocation, ...] = (),
        data: Mapping[str, Any] | None = None,
    ) -> Diagnostic:
        """A finding of this rule."""
        return Diagnostic(self.code, severity or self.severity, message, span, related=related, data=data or {})


@dataclass(frozen=True, slots=True)
class RuleContext:
    """One flow, and what is known around it."""

    flow: FlowAnalysis
    settings: ProjectSettings = field(default_factory=ProjectSettings)
    workspace: WorkspaceFlows = NO_FLOWS

    @property
    def version(self) -> KestraVersion:
        """The version that the flow is written for."""
        return self.flow.version


FindFlow = Callable[[str, str], "FlowAnalysis | bool | None"]
"""A flow of the workspace by namespace and id: False where there is none for certain, None where nobody knows."""


def knows_no_flow(_namespace: str, _flow_id: str) -> FlowAnalysis | bool | None:
    """For those who see one document only."""
    return None


@dataclass(frozen=True, slots=True)
class SuiteContext:
    """A suite of unit tests and the flow that it tests: None where that is not known, False where there is none."""

    suite: SuiteDocument
    tested: FlowAnalysis | bool | None
    version: KestraVersion


FlowCheck = Callable[[RuleContext], Iterator[Diagnostic]]
FileCheck = Callable[[DocumentSnapshot], Iterator[Diagnostic]]
SuiteCheck = Callable[[SuiteContext], Iterator[Diagnostic]]


@dataclass(frozen=True, slots=True)
class RegisteredCheck:
    """A function that looks at flows (a whole file, suites of unit tests), and the rules whose findings it gives."""

    rules: tuple[Rule, ...]
    flow_check: FlowCheck | None = None
    file_check: FileCheck | None = None
    suite_check: SuiteCheck | None = None


def replacement(span: Span, text: str, title: str) -> dict[str, Any]:
    """The data of a finding that one replacement of text probably mends: a guess, for a person to accept."""
    return {"fix": {"title": title, "safe": False, "edits": [{"start": span.start, "end": span.end, "text": text}]}}


def safe_replacement(span: Span, text: str, title: str) -> dict[str, Any]:
    """The data of a finding that one replacement of text mends, its meaning being certain."""
    return {"fix": {"title": title, "safe": True, "edits": [{"start": span.start, "end": span.end, "text": text}]}}
