"""Which findings stop a flow from being run: those for which Kestra itself would not take the flow."""

from __future__ import annotations

from collections.abc import Iterable

from tiercel_schemas.diagnostics import Diagnostic, Severity
from tiercel_server.rules.registry import all_rules


def refusals(findings: Iterable[Diagnostic]) -> list[Diagnostic]:
    """The errors among the findings that Kestra sees before a run.

    What it finds out only while a flow runs (an unknown variable, a missing output) a run here shall find out too.
    """
    rules = all_rules()
    return [
        finding
        for finding in findings
        if finding.severity is Severity.ERROR
        and not ((rule := rules.get(finding.code)) is not None and rule.at_run_time)
    ]
