"""GitLab's code quality report."""

from __future__ import annotations

import json
from collections.abc import Iterator

from tiercel_schemas.diagnostics import Severity
from tiercel_server.cli.checking.report import Report
from tiercel_server.cli.formats.fingerprints import with_fingerprints
from tiercel_server.cli.formats.places import repository_path

_SEVERITIES = {
    Severity.ERROR: "major",
    Severity.WARNING: "minor",
    Severity.INFORMATION: "info",
    Severity.HINT: "info",
}


def render(report: Report) -> Iterator[str]:
    """The lines of one document."""
    entries = [
        {
            "description": each.message,
            "check_name": each.code,
            "fingerprint": fingerprint,
            "severity": _SEVERITIES[each.severity],
            "location": {"path": repository_path(each.path), "lines": {"begin": each.line, "end": each.end_line}},
        }
        for each, fingerprint in with_fingerprints(report)
    ]
    yield json.dumps(entries, indent=2, ensure_ascii=False)
