"""Reviewdog's diagnostic format; its columns count bytes of UTF-8."""

from __future__ import annotations

import json
from collections.abc import Iterator

from tiercel_schemas.diagnostics import Severity
from tiercel_server.cli.checking.report import Report
from tiercel_server.cli.formats.places import slashed

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
            "location": {
                "path": slashed(each.path),
                "range": {
                    "start": _position(each.line, each.column, each.source_line),
                    "end": _position(each.end_line, each.end_column, each.end_source_line),
                },
            },
            "severity": _SEVERITIES[each.severity],
            "code": {"value": each.code},
        }
        for each in report.findings
    ]
    yield json.dumps({"source": {"name": "tiercel"}, "diagnostics": diagnostics}, indent=2, ensure_ascii=False)


def _position(line: int, column: int, text: str) -> dict[str, int]:
    before = column - 1
    return {"line": line, "column": len(text[:before].encode(errors="replace")) + max(0, before - len(text)) + 1}
