"""One JSON document: a result for each suite in Kestra's shape, with places, and the counts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tiercel_engine.unit_tests.results import TestState, suite_state
from tiercel_server.cli.testing.reporting import Report, problem_json


def render(report: Report) -> Iterator[str]:
    """The lines of the document."""
    document = {
        "suites": [suite.as_json(report.run_id) for suite in report.suites],
        "problems": [problem_json(each) for each in report.problems],
        "summary": summary(report),
    }
    yield json.dumps(document, ensure_ascii=False, indent=2)


def summary(report: Report) -> dict[str, Any]:
    """The counts of a report."""
    state = TestState.ERROR if report.all_problems else suite_state(each.result.state for each in report.cases)
    return {
        "state": state.value,
        "success": report.count(TestState.SUCCESS),
        "failed": report.count(TestState.FAILED),
        "error": report.count(TestState.ERROR),
        "skipped": report.count(TestState.SKIPPED),
        "problems": len(report.all_problems),
        "duration": round(report.seconds, 6),
    }
