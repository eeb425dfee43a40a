"""Report formats: `NAME_format.py` each, `render(report) -> Iterator[str]` gives the lines (without line breaks).

What formats share stands beside them: `places` (paths as a repository's readers want them), `fingerprints` (marks that
outlive edits above) and `visible` (text that can't steer a terminal).
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from typing import Final

from tiercel_server.cli.checking.report import Report

FORMATS: Final = ("text", "concise", "json", "jsonl", "sarif", "github", "gitlab", "junit", "rdjson")
_SURROGATES = re.compile("[\ud800-\udfff]")


def render(name: str, report: Report) -> Iterator[str]:
    """A report in a format of `FORMATS`; only that format's module is imported. The lines can be written as UTF-8."""
    if name not in FORMATS:
        raise ValueError(f"no report format: {name}")
    module = importlib.import_module(f"tiercel_server.cli.formats.{name}_format")
    lines: Iterator[str] = module.render(report)
    for line in lines:
        # From escapes in a flow, and from file names that are no UTF-8.
        yield line if line.isascii() else _SURROGATES.sub("\ufffd", line)
