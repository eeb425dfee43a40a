"""Workflow commands of GitHub Actions: annotations on the changed lines."""

from __future__ import annotations

from collections.abc import Iterator

from tiercel_schemas.diagnostics import Severity
from tiercel_server.cli.checking.report import Report
from tiercel_server.cli.formats.places import repository_path

_COMMANDS = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.INFORMATION: "notice",
    Severity.HINT: "notice",
}


def render(report: Report) -> Iterator[str]:
    """The lines."""
    for each in report.findings:
        properties = {
            "file": repository_path(each.path),
            "line": each.line,
            "endLine": each.end_line,
            "title": f"tiercel: {each.code}",
        }
        if each.line == each.end_line:
            # Columns are taken only within one line.
            properties |= {"col": each.column, "endColumn": each.end_column}
        written = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
        yield f"::{_COMMANDS[each.severity]} {written}::{_text(each.message)}"


def _text(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _text(text).replace(":", "%3A").replace(",", "%2C")
