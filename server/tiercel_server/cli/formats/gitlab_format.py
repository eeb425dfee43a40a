"""GitLab's code quality report."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import PurePath

from tiercel_schemas.diagnostics import Severity
from tiercel_server.cli.checking.report import Report

_SEVERITIES = {
    Severity.ERROR: "major",
    Severity.WARNING: "minor",
    Severity.INFORMATION: "info",
    Severity.HINT: "info",
}


def render(report: Report) -> Iterator[str]:
    """The lines of one document. Fingerprints stay the same when lines are set in above."""
    seen: Counter[str] = Counter()
    entries = []
    for each in report.findings:
        path = PurePath(each.path).as_posix()
        mark = "\0".join((path, each.code, each.message, each.source_line.strip()))
        seen[mark] += 1
        fingerprint = hashlib.sha256(f"{mark}\0{seen[mark]}".encode(errors="replace")).hexdigest()
        entries.append(
            {
                "description": each.message,
                "check_name": each.code,
                "fingerprint": fingerprint,
                "severity": _SEVERITIES[each.severity],
                "location": {"path": path, "lines": {"begin": each.line, "end": each.end_line}},
            }
        )
    yield json.dumps(entries, indent=2, ensure_ascii=False)
