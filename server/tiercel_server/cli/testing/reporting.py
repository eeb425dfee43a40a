"""What came of suites: the reports that all formats are made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tiercel_engine.unit_tests.coverage import Coverage
from tiercel_engine.unit_tests.results import SNAPSHOT_OPERATOR, CaseResult, TestState, assertion_json, suite_state
from tiercel_server.cli.testing.discovery import FoundCase, FoundSuite, Problem


@dataclass(frozen=True, slots=True)
class Failure:
    """One thing that is wrong with a case, at its place in the suite. `expected` is None where nothing was compared."""

    at: Problem
    kind: str
    """The operator, `expectedState`, `snapshot`, or `error`."""
    is_error: bool = False
    expected: str | None = None
    actual: str | None = None
    task_id: str | None = None

    def as_json(self) -> dict[str, Any]:
        """For JSON; lines and columns from 1."""
        found: dict[str, Any] = {
            "kind": self.kind,
            "path": self.at.path,
            "line": self.at.line,
            "column": self.at.column,
            "endLine": self.at.end_line,
            "endColumn": self.at.end_column,
            "message": self.at.message,
        }
        more = {"expected": self.expected, "actual": self.actual, "taskId": self.task_id}
        return found | {name: value for name, value in more.items() if value is not None}


@dataclass(frozen=True, slots=True)
class CaseReport:
    """A case that has ended."""

    case: FoundCase
    result: CaseResult
    coverage: Coverage | None = None
    snapshots: Mapping[str, Any] = field(default_factory=dict)

    @property
    def failures(self) -> list[Failure]:
        """What is wrong, in the order of the case."""
        return _failures(self)

    def as_json(self) -> dict[str, Any]:
        """Kestra's shape, with the place of the case and of what is wrong."""
        return {
            **self.result.as_json(),
            "id": self.case.id,
            **place_json(self.case),
            "duration": round(self.result.seconds, 6),
            "failures": [each.as_json() for each in self.failures],
        }


def place_json(case: FoundCase) -> dict[str, Any]:
    """Where a case stands; lines from 1, the last one included."""
    document = case.suite.document
    span = document.case_span(case.number)
    text = document.source.text
    stretch = text.slice(span)
    last = span.start + max(len(stretch.rstrip()) - 1, 0)
    return {
        "path": case.suite.path,
        "line": text.position(span.start).line + 1,
        "endLine": text.position(last).line + 1,
    }


@dataclass(frozen=True, slots=True)
class SuiteReport:
    """A suite with the cases that were chosen; `problems` are why it could not be used."""

    suite: FoundSuite
    cases: tuple[CaseReport, ...]
    problems: tuple[Problem, ...]
    started: datetime
    ended: datetime

    @property
    def state(self) -> TestState:
        """The suite's state, by Kestra's rules."""
        if self.problems:
            return TestState.ERROR
        return suite_state(each.result.state for each in self.cases)

    def as_json(self, run_id: str) -> dict[str, Any]:
        """The shape of Kestra's results."""
        document = self.suite.document
        return {
            "id": run_id,
            "testSuiteId": self.suite.id,
            "namespace": document.text_of(document.root, "namespace"),
            "flowId": document.text_of(document.root, "flowId"),
            "path": self.suite.path,
            "state": self.state.value,
            "startDate": self.started.isoformat(),
            "endDate": self.ended.isoformat(),
            "results": [each.as_json() for each in self.cases],
            "problems": [problem_json(each) for each in self.problems],
        }


@dataclass(frozen=True, slots=True)
class Report:
    """All suites; `problems` are of files that hold no suite that could be read."""

    suites: tuple[SuiteReport, ...]
    problems: tuple[Problem, ...]
    seconds: float
    run_id: str = ""

    @property
    def cases(self) -> Iterable[CaseReport]:
        """The cases of all suites."""
        return (case for suite in self.suites for case in suite.cases)

    def count(self, state: TestState) -> int:
        """How many cases ended so."""
        return sum(case.result.state is state for case in self.cases)

    @property
    def all_problems(self) -> list[Problem]:
        """Why suites and files could not be used."""
        return [*self.problems, *(each for suite in self.suites for each in suite.problems)]

    @property
    def exit_code(self) -> int:
        """2 where a suite could not be used, 1 where a case failed, else 0."""
        if self.all_problems:
            return 2
        return 1 if self.count(TestState.FAILED) + self.count(TestState.ERROR) else 0


def problem_json(problem: Problem) -> dict[str, Any]:
    """A problem for JSON."""
    return {
        "path": problem.path,
        "line": problem.line,
        "column": problem.column,
        "endLine": problem.end_line,
        "endColumn": problem.end_column,
        "message": problem.message,
    }


def _failures(report: CaseReport) -> list[Failure]:
    document, number = report.case.suite.document, report.case.number
    found = []
    for error in report.result.errors:
        message = f"{error.message}: {error.details}" if error.details else error.message
        at = report.case.problem_at(document.place(number, error.place), message)
        found.append(Failure(at, "error", is_error=True))
    for each in report.result.failed:
        at = report.case.problem_at(document.place(number, each.place), each.message)
        missing = each.operator == SNAPSHOT_OPERATOR and not each.expected
        found.append(
            Failure(
                at,
                each.operator,
                expected=None if missing else each.expected,
                actual=each.actual if each.actual is not None else "null",
                task_id=each.task_id,
            )
        )
    return sorted(found, key=lambda failure: (failure.at.line, failure.at.column))


__all__ = ["CaseReport", "Failure", "Report", "SuiteReport", "assertion_json", "place_json", "problem_json"]
