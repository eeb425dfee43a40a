"""Reviewdog's diagnostic format; its columns count bytes of UTF-8."""

from __future__ import annotations

import json
from collections.abc import Iterator

from tiercel_schemas.diagnostics import Severity
from tiercel_server.cli.checking.report import Report, ReportedFinding

_SEVERITIES = {
    Severity.ERROR: "ERROR",
    Severity.WARNING: "WARNING",
    Severity.INFORMATION: "INFO",
    Severity.HINT: "INFO",
}


def render(report: Report) -> Iterator[str]:
    """The lines of one document."""
    diagnostics = [
        {
            "message": each.message,
            "location": {"path": each.path, "range": _range(each)},
            "severity": _SEVERITIES[each.severity],
            "code": {"value": each.code},
        }
        for each in report.findings
    ]
    document = {"source": {"name": "tiercel"}, "severity": "ERROR", "diagnostics": diagnostics}
    yield json.dumps(document, indent=2, ensure_ascii=False)


def _range(finding: ReportedFinding) -> dict[str, dict[str, int]]:
    start = {"line": finding.line, "column": _byte_column(finding.source_line, finding.column)}
    if finding.end_line != finding.line:
        return {"start": start, "end": {"line": finding.end_line, "column": finding.end_column}}
    return {
        "start": start,
        "end": {"line": finding.line, "column": _byte_column(finding.source_line, finding.end_column)},
    }


def _byte_column(line: str, column: int) -> int:
    return len(line[: column - 1].encode(errors="replace")) + max(0, column - 1 - len(line)) + 1
