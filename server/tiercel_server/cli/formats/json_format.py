"""A JSON list of findings."""

from __future__ import annotations

import json
from collections.abc import Iterator

from tiercel_server.cli.checking.report import Report


def render(report: Report) -> Iterator[str]:
    """The lines of one document."""
    yield json.dumps([each.as_json() for each in report.findings], indent=2, ensure_ascii=False)
