"""JUnit XML: a suite a file, a case a finding; errors and warnings fail, the rest is told in the case's output."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from tiercel_schemas.diagnostics import Severity
from tiercel_server.cli.checking.report import Report, ReportedFinding
from tiercel_server.cli.formats.places import slashed

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(report: Report) -> Iterator[str]:
    """The lines of one document."""
    # Findings about other files than flows (a project file) come first, as in the report.
    others = {each.path for each in report.findings}.difference(report.paths)
    by_file: dict[str, list[ReportedFinding]] = {each.path: [] for each in report.findings if each.path in others}
    by_file |= {path: [] for path in report.paths}
    for each in report.findings:
        by_file[each.path].append(each)
    failures = sum(_fails(each) for each in report.findings)
    total = sum(max(1, len(findings)) for findings in by_file.values())
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield f'<testsuites name="tiercel" tests="{total}" failures="{failures}" errors="0">'
    for path, findings in by_file.items():
        yield from _suite(slashed(path), findings)
    yield "</testsuites>"


def _suite(path: str, findings: list[ReportedFinding]) -> Iterator[str]:
    tests, failures = max(1, len(findings)), sum(_fails(each) for each in findings)
    name = quoteattr(_clean(path))
    yield f'  <testsuite name={name} tests="{tests}" failures="{failures}" errors="0" skipped="0" time="0">'
    if not findings:
        yield f'    <testcase name="check" classname={name} time="0"/>'
    for each in findings:
        title = quoteattr(f"{each.code} at {each.line}:{each.column}")
        message = quoteattr(_clean(each.message))
        kind = quoteattr(each.severity.label)
        place = f"{path}:{each.line}:{each.column}: {each.severity.label}[{each.code}]: {each.message}"
        yield f'    <testcase name={title} classname={name} time="0">'
        if _fails(each):
            yield f"      <failure message={message} type={kind}>{escape(_clean(place))}</failure>"
        else:
            yield f"      <system-out>{escape(_clean(place))}</system-out>"
        yield "    </testcase>"
    yield "  </testsuite>"


def _fails(finding: ReportedFinding) -> bool:
    return finding.severity <= Severity.WARNING


def _clean(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)
