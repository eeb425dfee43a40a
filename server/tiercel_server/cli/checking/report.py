"""What a check found, as report formats print it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tiercel_schemas.diagnostics import Diagnostic, Severity
from tiercel_schemas.source.text import SourceText


@dataclass(frozen=True, slots=True)
class ReportedFinding:
    """A finding in a file. Lines and columns (code points) are from 1; the end column is the one behind the last."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    severity: Severity
    code: str
    message: str
    source_line: str = ""
    end_source_line: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The finding as the command line's contract has it."""
        return {
            "path": self.path,
            "line": self.line,
            "column": self.column,
            "end_line": self.end_line,
            "end_column": self.end_column,
            "severity": self.severity.label,
            "code": self.code,
            "message": self.message,
        }


@dataclass(frozen=True, slots=True)
class Report:
    """All findings, by file and place, and the number of files that hold a flow."""

    findings: tuple[ReportedFinding, ...]
    checked: int
    paths: tuple[str, ...] = ()

    def count(self, severity: Severity) -> int:
        """How many findings there are of a severity."""
        return sum(each.severity == severity for each in self.findings)


def reported(path: str, text: SourceText, finding: Diagnostic) -> ReportedFinding:
    """A finding at its place in a file."""
    start, end = text.position(finding.span.start), text.position(max(finding.span.end, finding.span.start))
    return ReportedFinding(
        path=path,
        line=start.line + 1,
        column=start.column + 1,
        end_line=end.line + 1,
        end_column=end.column + 1,
        severity=finding.severity,
        code=finding.code,
        message=finding.message,
        source_line=text.line_text(start.line),
        end_source_line=text.line_text(end.line),
        data=finding.data,
    )


def file_problem(path: str, code: str, message: str, severity: Severity = Severity.ERROR) -> ReportedFinding:
    """Something about a file as a whole."""
    return ReportedFinding(path, 1, 1, 1, 1, severity, code, message)
