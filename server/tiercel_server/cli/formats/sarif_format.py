"""SARIF 2.1.0, as code scanning takes it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tiercel_schemas import __version__
from tiercel_schemas.diagnostics import Severity
from tiercel_server.cli.checking.report import Report, ReportedFinding
from tiercel_server.cli.formats.fingerprints import with_fingerprints
from tiercel_server.cli.formats.places import repository_uri
from tiercel_server.rules import all_rules
from tiercel_server.rules.pages import rule_page
from tiercel_server.rules.selectors import selectors_of

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.INFORMATION: "note",
    Severity.HINT: "note",
}


def render(report: Report) -> Iterator[str]:
    """The lines of one document."""
    codes = sorted({each.code for each in report.findings})
    numbers = {code: number for number, code in enumerate(codes)}
    driver = {"name": "tiercel", "version": __version__, "rules": [_rule(code) for code in codes]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(each, numbers[each.code], mark) for each, mark in with_fingerprints(report)],
    }
    yield json.dumps({"version": "2.1.0", "$schema": _SCHEMA, "runs": [run]}, indent=2, ensure_ascii=False)


def _rule(code: str) -> dict[str, Any]:
    rule = all_rules().get(code)
    if rule is None:
        # Problems of files and settings have no rule; code scanning wants a description of everything.
        words = {"text": code.replace("-", " ")}
        return {"id": code, "shortDescription": words, "fullDescription": words, "help": words}
    return {
        "id": code,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": rule.why},
        "help": {"text": f"{rule.summary} {rule.why}", "markdown": rule_page(rule)},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {"tags": [*selectors_of(rule)[:0:-1]]},
    }


def _result(finding: ReportedFinding, number: int, fingerprint: str) -> dict[str, Any]:
    region = {
        "startLine": finding.line,
        "startColumn": finding.column,
        "endLine": finding.end_line,
        "endColumn": finding.end_column,
    }
    location = {"artifactLocation": {"uri": repository_uri(finding.path)}, "region": region}
    return {
        "ruleId": finding.code,
        "ruleIndex": number,
        "level": _LEVELS[finding.severity],
        "message": {"text": finding.message},
        "locations": [{"physicalLocation": location}],
        "partialFingerprints": {"tiercel/v1": fingerprint},
    }
