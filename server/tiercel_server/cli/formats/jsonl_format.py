"""One JSON object a line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from tiercel_server.cli.checking.report import Report

_LINE_BREAKS = re.compile("[\x85\u2028\u2029]")
"""What some readers take for the end of a line, and JSON leaves as it is."""


def render(report: Report) -> Iterator[str]:
    """The lines."""
    for each in report.findings:
        line = json.dumps(each.as_json(), ensure_ascii=False)
        yield line if line.isascii() else _LINE_BREAKS.sub(lambda match: f"\\u{ord(match[0]):04x}", line)
