"""What `tiercel test` told, folded into findings on the lines of a suite. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tiercel_schemas.diagnostics import Diagnostic, Severity
from tiercel_schemas.source.spans import Span
from tiercel_schemas.source.text import SourceText

FAILED_CODE, ERROR_CODE, PROBLEM_CODE = "test-failed", "test-error", "test-problem"
_LONGEST = 2_000


@dataclass(frozen=True, slots=True)
class LastTest:
    """How a case ended: a state of Kestra's results, None while it goes on, and seconds."""

    state: str | None
    seconds: float = 0.0


@dataclass(slots=True)
class SuiteResults:
    """Folds the events of `tiercel test --format jsonl` (`docs/testing.md`); unknown ones are passed over."""

    cases: dict[str, LastTest] = field(default_factory=dict)
    failures: dict[str, list[Mapping[str, Any]]] = field(default_factory=dict)
    problems: list[Mapping[str, Any]] = field(default_factory=list)
    summary: Mapping[str, Any] | None = None

    def take(self, event: Mapping[str, Any]) -> None:
        """Fold one event."""
        kind = event.get("event")
        if kind == "case.started":
            self.cases[str(event["id"])] = LastTest(None)
            self.failures.pop(str(event["id"]), None)
        elif kind == "case.finished":
            self.cases[str(event["id"])] = LastTest(str(event["state"]), float(event.get("duration", 0)))
            self.failures[str(event["id"])] = list(event.get("failures", ()))
        elif kind == "problem":
            self.problems.append(event)
        elif kind == "finished":
            self.summary = event

    def findings(self, text: SourceText) -> Iterator[Diagnostic]:
        """What does not hold, each at its place in the text that was tested."""
        for problem in self.problems:
            yield Diagnostic(PROBLEM_CODE, Severity.ERROR, str(problem["message"]), _span(text, problem))
        for failures in self.failures.values():
            for each in failures:
                code = ERROR_CODE if each.get("kind") == "error" else FAILED_CODE
                yield Diagnostic(code, Severity.ERROR, str(each["message"])[:_LONGEST], _span(text, each))


def _span(text: SourceText, place: Mapping[str, Any]) -> Span:
    def offset(line: int, column: int) -> int:
        number = min(max(line - 1, 0), len(text.line_starts) - 1)
        return min(text.line_starts[number] + max(column - 1, 0), len(text.text))

    start = offset(int(place["line"]), int(place["column"]))
    return Span(start, max(start, offset(int(place["endLine"]), int(place["endColumn"]))))
