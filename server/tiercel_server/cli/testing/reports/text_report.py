"""For people: a line a case, and what does not hold on its line of the suite with what was there instead."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

import click

from tiercel_engine.unit_tests.results import TestState
from tiercel_server.cli.formats.visible import visible
from tiercel_server.cli.testing.discovery import Problem
from tiercel_server.cli.testing.reporting import CaseReport, Failure, Report

_MARKS = {
    TestState.SUCCESS: ("✓", "green"),
    TestState.FAILED: ("✗", "red"),
    TestState.ERROR: ("!", "red"),
    TestState.SKIPPED: ("-", "yellow"),
}
_WIDEST = 200
_MOST_LINES = 40
_MOST_LOGS = 5


def render(report: Report) -> Iterator[str]:
    """The lines."""
    for problem in report.problems:
        yield from _problem(problem)
    for suite in report.suites:
        yield click.style(f"{visible(suite.suite.name)}", bold=True) + f"  {visible(suite.suite.path)}"
        for problem in suite.problems:
            yield from _problem(problem)
        for case in suite.cases:
            yield from _case(case)
        yield ""
    yield _summary(report)


def _problem(problem: Problem) -> Iterator[str]:
    first, *more = problem.message.splitlines() or [""]
    place = click.style(f"{visible(problem.path)}:{problem.line}:{problem.column}", bold=True)
    yield f"  {place}: {click.style('error', fg='red', bold=True)}: {visible(first)}"
    yield from (f"      {visible(line)}" for line in more)
    yield from _on_its_line(problem, "red")


def _case(report: CaseReport) -> Iterator[str]:
    mark, colour = _MARKS[report.result.state]
    took = "" if report.result.state is TestState.SKIPPED else f" ({_duration(report.result.seconds)})"
    skipped = " (disabled)" if report.result.state is TestState.SKIPPED else ""
    yield f"  {click.style(mark, fg=colour, bold=True)} {visible(report.case.case_id)}{took}{skipped}"
    for failure in report.failures:
        yield from _failure(failure)
    if report.failures and report.result.logs:
        yield "      log:"
        yield from (f"        {visible(line)}" for log in report.result.logs[:_MOST_LOGS] for line in log.splitlines())


def _failure(failure: Failure) -> Iterator[str]:
    first, *more = failure.at.message.splitlines() or [""]
    place = click.style(f"{visible(failure.at.path)}:{failure.at.line}:{failure.at.column}", bold=True)
    kind = click.style(failure.kind, fg="red", bold=True)
    yield f"    {place}: {kind}: {visible(_short(first))}"
    yield from (f"        {visible(_short(line))}" for line in more)
    yield from _on_its_line(failure.at, "red")
    if failure.expected is not None and failure.actual is not None:
        yield from _difference(failure)


def _on_its_line(problem: Problem, colour: str) -> Iterator[str]:
    line = visible(problem.source_line).rstrip()
    if not line.strip() or len(line) > _WIDEST:
        return
    start = problem.column - 1
    end = problem.end_column - 1 if problem.end_line == problem.line else len(line)
    number = str(problem.line)
    yield f"      {number} | {line}"
    carets = click.style("^" * max(1, min(end, len(line)) - start), fg=colour, bold=True)
    yield f"      {' ' * len(number)} | {' ' * start}{carets}"


def _difference(failure: Failure) -> Iterator[str]:
    expected, actual = failure.expected or "", failure.actual or ""
    if "\n" in expected or "\n" in actual:
        lines = list(
            difflib.unified_diff(expected.splitlines(), actual.splitlines(), "expected", "actual", lineterm="", n=2)
        )
        for line in lines[:_MOST_LINES]:
            colour = {"-": "red", "+": "green"}.get(line[:1])
            yield "      " + (click.style(visible(line), fg=colour) if colour else visible(line))
        if len(lines) > _MOST_LINES:
            yield f"      … and {len(lines) - _MOST_LINES} more lines"
        return
    yield f"      expected: {visible(_short(expected))}"
    yield f"      actual:   {visible(_short(actual))}"
    same = next((at for at, (a, b) in enumerate(zip(expected, actual, strict=False)) if a != b), None)
    at = same if same is not None else min(len(expected), len(actual))
    if failure.kind in {"equalTo", "snapshot"} and expected != actual and at < _WIDEST - 1:
        yield "                " + " " * at + click.style("^", fg="red", bold=True)


def _short(text: str) -> str:
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 1]}…"


def _summary(report: Report) -> str:
    words = (
        (TestState.SUCCESS, "passed", "green"),
        (TestState.FAILED, "failed", "red"),
        (TestState.ERROR, "in error", "red"),
        (TestState.SKIPPED, "skipped", "yellow"),
    )
    counts = [
        click.style(f"{count} {word}", fg=colour) for state, word, colour in words if (count := report.count(state))
    ]
    problems = len(report.all_problems)
    if problems:
        counts.append(click.style(f"{problems} problem{'s' if problems > 1 else ''} in suites", fg="red"))
    return f"{', '.join(counts) or 'no cases'} in {_duration(report.seconds)}."


def _duration(seconds: float) -> str:
    return f"{round(seconds * 1000)} ms" if seconds < 1 else f"{seconds:.1f} s"
