"""One JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Iterator

from tiercel_server.cli.checking.report import Report


def render(report: Report) -> Iterator[str]:
    """The lines."""
    for each in report.findings:
        yield json.dumps(each.as_json(), ensure_ascii=False)
