"""Marks by which a service knows a finding again in a later report."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator

from tiercel_server.cli.checking.report import Report, ReportedFinding
from tiercel_server.cli.formats.places import repository_path


def with_fingerprints(report: Report) -> Iterator[tuple[ReportedFinding, str]]:
    """Each finding with its mark (64 hexadecimal digits), no two the same; lines set in above don't change it."""
    seen: Counter[str] = Counter()
    for each in report.findings:
        mark = "\0".join((repository_path(each.path), each.code, each.message, each.source_line.strip()))
        seen[mark] += 1
        yield each, hashlib.sha256(f"{mark}\0{seen[mark]}".encode(errors="replace")).hexdigest()
