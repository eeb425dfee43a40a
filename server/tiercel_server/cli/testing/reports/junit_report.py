"""JUnit XML: a suite a testsuite, a case a testcase; what does not hold a failure, what can't be judged an error."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from tiercel_engine.unit_tests.results import TestState
from tiercel_server.cli.formats.places import slashed
from tiercel_server.cli.testing.discovery import Problem
from tiercel_server.cli.testing.reporting import CaseReport, Failure, Report

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(report: Report) -> Iterator[str]:
    """The lines of one document."""
    cases = list(report.cases)
    failed = sum(each.result.state is TestState.FAILED for each in cases)
    errors = sum(each.result.state is TestState.ERROR for each in cases) + len(report.all_problems)
    total = len(cases) + len(report.all_problems)
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield (
        f'<testsuites name="tiercel test" tests="{total}" failures="{failed}" errors="{errors}" '
        f'time="{report.seconds:.3f}">'
    )
    by_file: dict[str, list[Problem]] = {}
    for problem in report.problems:
        by_file.setdefault(problem.path, []).append(problem)
    for path, problems in by_file.items():
        yield from _suite(slashed(path), "", [], problems, 0.0)
    for suite in report.suites:
        stamp = f' timestamp="{suite.started.strftime("%Y-%m-%dT%H:%M:%S")}"'
        seconds = (suite.ended - suite.started).total_seconds()
        yield from _suite(suite.suite.name, stamp, list(suite.cases), list(suite.problems), seconds)
    yield "</testsuites>"


def _suite(name: str, stamp: str, cases: list[CaseReport], problems: list[Problem], seconds: float) -> Iterator[str]:
    states = [each.result.state for each in cases]
    counts = (
        f'tests="{len(cases) + len(problems)}" failures="{states.count(TestState.FAILED)}" '
        f'errors="{states.count(TestState.ERROR) + len(problems)}" skipped="{states.count(TestState.SKIPPED)}"'
    )
    title = quoteattr(_clean(name))
    yield f'  <testsuite name={title} {counts} time="{seconds:.3f}"{stamp}>'
    for problem in problems:
        place = f"{slashed(problem.path)}:{problem.line}:{problem.column}"
        yield f'    <testcase name={quoteattr(f"suite at {problem.line}:{problem.column}")} classname={title} time="0">'
        yield _told("error", problem.message, "suite", f"{place}: {problem.message}")
        yield "    </testcase>"
    for case in cases:
        yield from _case(case, title)
    yield "  </testsuite>"


def _case(report: CaseReport, title: str) -> Iterator[str]:
    name, seconds = quoteattr(_clean(report.case.case_id)), f"{report.result.seconds:.3f}"
    head = f'    <testcase name={name} classname={title} time="{seconds}"'
    failures = report.failures
    if report.result.state is TestState.SKIPPED:
        yield f"{head}>"
        yield "      <skipped/>"
    elif not failures:
        yield f"{head}/>"
        return
    else:
        yield f"{head}>"
        # A case has one verdict: where it could not be judged, that, with all else in its text.
        is_error = report.result.state is TestState.ERROR
        first = next((each for each in failures if each.is_error), failures[0])
        text = "\n\n".join(_text(each) for each in failures)
        yield _told("error" if is_error else "failure", first.at.message, first.kind, text)
        if report.result.logs:
            yield f"      <system-out>{escape(_clean(chr(10).join(report.result.logs)))}</system-out>"
    yield "    </testcase>"


def _text(failure: Failure) -> str:
    place = f"{slashed(failure.at.path)}:{failure.at.line}:{failure.at.column}: {failure.kind}: {failure.at.message}"
    if failure.expected is None:
        return place
    return f"{place}\nexpected: {failure.expected}\nactual: {failure.actual}"


def _told(element: str, message: str, kind: str, text: str) -> str:
    attributes = f"message={quoteattr(_clean(message))} type={quoteattr(kind)}"
    return f"      <{element} {attributes}>{escape(_clean(text))}</{element}>"


def _clean(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)
