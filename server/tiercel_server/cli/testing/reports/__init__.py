"""Report formats of `tiercel test`: `NAME_report.py` each, `render(report) -> Iterator[str]` gives the lines."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import Final

from tiercel_server.cli.testing.reporting import Report

FORMATS: Final = ("text", "json", "jsonl", "junit")


def render(name: str, report: Report) -> Iterator[str]:
    """What a format says once all has ended; only that format's module is imported."""
    module = importlib.import_module(f"tiercel_server.cli.testing.reports.{name}_report")
    lines: Iterator[str] = module.render(report)
    return lines
