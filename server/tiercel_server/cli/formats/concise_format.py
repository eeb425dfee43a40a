"""One line a finding."""

from __future__ import annotations

from collections.abc import Iterator

from tiercel_server.cli.checking.report import Report
from tiercel_server.cli.formats.visible import visible


def render(report: Report) -> Iterator[str]:
    """The lines."""
    for each in report.findings:
        message = visible(" ".join(each.message.split()))
        yield f"{visible(each.path)}:{each.line}:{each.column}: {each.severity.label}[{each.code}] {message}"
