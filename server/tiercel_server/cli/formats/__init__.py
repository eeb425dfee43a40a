"""Report formats: a module each, `render(report) -> Iterator[str]` gives the lines (without line breaks)."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import Final

from tiercel_server.cli.checking.report import Report

FORMATS: Final = ("text", "concise", "json", "jsonl", "sarif", "github", "gitlab", "junit", "rdjson")


def render(name: str, report: Report) -> Iterator[str]:
    """A report in a format of `FORMATS`; only that format's module is imported."""
    if name not in FORMATS:
        raise ValueError(f"no report format: {name}")
    module = importlib.import_module(f"tiercel_server.cli.formats.{name}_format")
    lines: Iterator[str] = module.render(report)
    return lines
