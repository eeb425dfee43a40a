"""For people: each finding with its line of source and a caret below, then a summary."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

import click

from tiercel_schemas.diagnostics import Severity
from tiercel_server.cli.checking.report import Report, ReportedFinding
from tiercel_server.cli.formats.visible import visible

_COLOURS = {
    Severity.ERROR: "red",
    Severity.WARNING: "yellow",
    Severity.INFORMATION: "blue",
    Severity.HINT: "cyan",
}
_WIDEST = 160


def render(report: Report) -> Iterator[str]:
    """The lines."""
    for finding in report.findings:
        yield from _finding(finding)
    yield _summary(report)


def _finding(finding: ReportedFinding) -> Iterator[str]:
    colour = _COLOURS[finding.severity]
    place = click.style(f"{visible(finding.path)}:{finding.line}:{finding.column}", bold=True)
    kind = click.style(f"{finding.severity.label}[{finding.code}]", fg=colour, bold=True)
    message = "\n    ".join(visible(line) for line in finding.message.splitlines())
    yield f"{place}: {kind}: {message}"
    line = visible(finding.source_line)
    if line.strip():
        line, shift = _window(line, finding.column - 1)
        start = finding.column - 1 - shift
        end = finding.end_column - 1 - shift if finding.end_line == finding.line else len(line)
        number = str(finding.line)
        gutter = " " * len(number)
        # Tabs and wide characters keep their width, so that the caret stands below its place.
        lead = "".join(character if character == "\t" else " " * _width(character) for character in line[:start])
        carets = "^" * max(1, sum(map(_width, line[start:end])))
        yield f" {number} | {line}"
        yield f" {gutter} | {lead}{click.style(carets, fg=colour, bold=True)}"
    yield ""


def _width(character: str) -> int:
    """How many cells of a terminal a character takes."""
    if character.isascii():
        return 1
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1


def _window(line: str, column: int) -> tuple[str, int]:
    """The stretch of a long line around a column, and how far it was moved."""
    line = line.rstrip()
    if len(line) <= _WIDEST:
        return line, 0
    shift = max(0, min(column - _WIDEST // 4, len(line) - _WIDEST))
    return line[shift : shift + _WIDEST], shift


def _summary(report: Report) -> str:
    counts = [
        f"{count} {severity.label if severity == Severity.INFORMATION or count == 1 else severity.label + 's'}"
        for severity in Severity
        if (count := report.count(severity))
    ]
    files = "1 file" if report.checked == 1 else f"{report.checked} files"
    if counts and not report.checked:
        return f"{', '.join(counts)}; no flow was checked."
    return f"{', '.join(counts)} in {files}." if counts else f"Nothing to report in {files}."
