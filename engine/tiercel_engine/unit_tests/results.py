"""What a run of suites told, in the shape of Kestra's results."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

STATE_OPERATOR = "expectedState"
"""What the assertion on the end of the execution is called among the results."""
SNAPSHOT_OPERATOR = "snapshot"


class TestState(StrEnum):
    """How a case or a suite ended."""

    SUCCESS = "SUCCESS"
    FAILED = "FAILED"
    ERROR = "ERROR"
    SKIPPED = "SKIPPED"

    __test__ = False


@dataclass(frozen=True, slots=True)
class AssertionResult:
    """One operator of one assertion; `place` leads to it in the case (`("assertions", 0, "equalTo")`)."""

    operator: str
    expected: str
    actual: str | None
    is_success: bool
    place: tuple[str | int, ...]
    message: str
    """What was expected; the author's `errorMessage` where there is one."""
    task_id: str | None = None
    description: str | None = None
    error_message: str | None = None


@dataclass(frozen=True, slots=True)
class TestError:
    """Why a case could not be judged; `place` as in `AssertionResult`, () for the case."""

    __test__ = False

    message: str
    details: str = ""
    place: tuple[str | int, ...] = ()


@dataclass(frozen=True, slots=True)
class CaseResult:
    """How a case ended. `seconds` is how long it took."""

    case_id: str
    state: TestState
    execution_id: str | None = None
    assertions: tuple[AssertionResult, ...] = ()
    errors: tuple[TestError, ...] = ()
    fixtures: Mapping[str, Any] = field(default_factory=dict)
    seconds: float = 0.0
    logs: tuple[str, ...] = ()
    """What the execution wrote to its log at WARN and above."""

    @property
    def failed(self) -> tuple[AssertionResult, ...]:
        """The assertions that do not hold."""
        return tuple(each for each in self.assertions if not each.is_success)

    def as_json(self) -> dict[str, Any]:
        """The result in Kestra's shape, for JSON."""
        return {
            "testId": self.case_id,
            "testType": "io.kestra.core.tests.flow.UnitTest",
            "executionId": self.execution_id,
            "state": self.state.value,
            "assertionResults": [assertion_json(each) for each in self.assertions],
            "errors": [{"message": each.message, "details": each.details} for each in self.errors],
            "fixtures": dict(self.fixtures),
        }


def assertion_json(result: AssertionResult) -> dict[str, Any]:
    """One result in Kestra's shape."""
    return {
        "operator": result.operator,
        "expected": result.expected,
        "actual": result.actual,
        "isSuccess": result.is_success,
        "taskId": result.task_id,
        "description": result.description,
        "errorMessage": None if result.is_success else result.message,
    }


def case_state(assertions: Iterable[AssertionResult], errors: Iterable[TestError]) -> TestState:
    """ERROR where anything could not be judged, else FAILED where anything does not hold."""
    if any(True for _ in errors):
        return TestState.ERROR
    return TestState.SUCCESS if all(each.is_success for each in assertions) else TestState.FAILED


def suite_state(states: Iterable[TestState]) -> TestState:
    """The state of a suite, or of all suites: the worst; SKIPPED only where all are."""
    found = set(states)
    for state in (TestState.ERROR, TestState.FAILED):
        if state in found:
            return state
    return TestState.SKIPPED if found == {TestState.SKIPPED} else TestState.SUCCESS
