"""A JSON object a line as things happen: `case.started`, `case.finished`, `problem`, and in the end `finished`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tiercel_server.cli.testing.discovery import FoundCase, Problem
from tiercel_server.cli.testing.reporting import CaseReport, Report, place_json, problem_json
from tiercel_server.cli.testing.reports.json_report import summary


def render(report: Report) -> Iterator[str]:
    """The last line: all others were told before."""
    yield line("finished", summary(report))


def started(case: FoundCase) -> str:
    """A case begins."""
    return line("case.started", {"id": case.id, **place_json(case)})


def ended(report: CaseReport) -> str:
    """A case has ended."""
    return line("case.finished", report.as_json())


def problem(found: Problem) -> str:
    """A suite or a file that can't be used."""
    return line("problem", problem_json(found))


def line(event: str, data: Mapping[str, Any]) -> str:
    """One line."""
    return json.dumps({"event": event, **data}, ensure_ascii=False)
