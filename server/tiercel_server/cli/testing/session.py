"""Suites run: cases side by side, each in a store of its own, told as they end."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import anyio

from tiercel_engine.runners import RunnerMode
from tiercel_engine.unit_tests.coverage import Coverage, uncovered
from tiercel_engine.unit_tests.results import SNAPSHOT_OPERATOR, CaseResult, TestError, TestState, case_state
from tiercel_engine.unit_tests.running import CaseRun, run_case
from tiercel_server.cli.testing.discovery import FoundCase, FoundSuite, Problem, problems_of
from tiercel_server.cli.testing.homes import UnusableFlowError
from tiercel_server.cli.testing.reporting import CaseReport, Report, SuiteReport
from tiercel_server.cli.testing.snapshots import Kept, read_snapshots, snapshot_file, updated, write_snapshots
from tiercel_server.cli.testing.stores import need_fixtures, surroundings_of

DEFAULT_JOBS = 4
DEFAULT_TIMEOUT = 300.0


@dataclass(frozen=True, slots=True)
class Settings:
    """How suites are run."""

    jobs: int = DEFAULT_JOBS
    timeout: float | None = DEFAULT_TIMEOUT
    fail_fast: bool = False
    update_snapshots: bool = False
    keeps_history: bool = False
    runner: RunnerMode | None = None


@dataclass(frozen=True, slots=True)
class Listener:
    """Hears of cases as they begin and end."""

    started: Callable[[FoundCase], None] = lambda _case: None
    ended: Callable[[CaseReport], None] = lambda _report: None


@dataclass(frozen=True, slots=True, eq=False)
class Chosen:
    """A suite with those of its cases that are to run, and what keeps it from running."""

    suite: FoundSuite
    cases: tuple[FoundCase, ...]
    problems: tuple[Problem, ...] = ()


@dataclass(slots=True)
class _Going:
    settings: Settings
    listener: Listener
    reports: dict[str, dict[int, CaseReport]] = field(default_factory=dict)
    kept: dict[Path, Kept | str] = field(default_factory=dict)
    times: dict[str, list[datetime]] = field(default_factory=dict)
    stopped: bool = False


def choose(suites: Sequence[FoundSuite], cases: Sequence[FoundCase], more: Sequence[Problem] = ()) -> list[Chosen]:
    """The suites that have chosen cases, checked; `more` are problems found already (suites of one name)."""
    found = []
    for suite in suites:
        own = tuple(case for case in cases if case.suite is suite)
        if own or not suite.document.cases:
            extra = [each for each in more if each.path == suite.path and _is_in(suite, each)]
            found.append(Chosen(suite, own, (*problems_of(suite), *extra)))
    return found


def _is_in(suite: FoundSuite, problem: Problem) -> bool:
    text, span = suite.document.source.text, suite.document.root.span
    return text.position(span.start).line + 1 <= problem.line <= text.position(span.end).line + 1


def run_suites(chosen: Sequence[Chosen], problems: Sequence[Problem], settings: Settings, listener: Listener) -> Report:
    """Run all chosen cases to their ends; Ctrl-C raises `KeyboardInterrupt` once all have been cancelled."""
    going = _Going(settings, listener)
    begun = time.monotonic()
    anyio.run(_run_all, chosen, going)
    suites = tuple(_suite_report(each, going) for each in chosen)
    if settings.update_snapshots:
        for each in suites:
            _keep_snapshots(each, going)
    return Report(suites, tuple(problems), time.monotonic() - begun, uuid.uuid4().hex)


async def _run_all(chosen: Sequence[Chosen], going: _Going) -> None:
    limit = anyio.CapacityLimiter(going.settings.jobs)
    async with anyio.create_task_group() as group:
        for each in chosen:
            if each.problems:
                continue
            for case in each.cases:
                await limit.acquire_on_behalf_of(case)
                if going.stopped:
                    limit.release_on_behalf_of(case)
                    return
                group.start_soon(_run_one, case, going, limit)


async def _run_one(case: FoundCase, going: _Going, limit: anyio.CapacityLimiter) -> None:
    times = going.times.setdefault(_key(case.suite), [])
    times.append(datetime.now(UTC))
    try:
        going.listener.started(case)
        report = await _ended(case, going)
        going.reports.setdefault(_key(case.suite), {})[case.number] = report
        going.listener.ended(report)
        if going.settings.fail_fast and report.result.state in {TestState.FAILED, TestState.ERROR}:
            going.stopped = True
    finally:
        times.append(datetime.now(UTC))
        limit.release_on_behalf_of(case)


async def _ended(case: FoundCase, going: _Going) -> CaseReport:
    suite, settings = case.suite.document.suite, going.settings
    assert suite is not None
    unit_test = suite.test_cases[case.number]
    if case.is_disabled:
        return CaseReport(case, CaseResult(case.case_id, TestState.SKIPPED))
    home = case.suite.home
    flow = home.flow(suite.namespace, suite.flow_id)
    extras = case.suite.document.extras_of(case.number)
    kept = _kept(case.suite, going)
    if isinstance(kept, str) and extras.snapshots:
        return _error(case, TestError("the snapshots can't be read", kept))
    try:
        with surroundings_of(home, flow, extras, settings.runner, keeps_history=settings.keeps_history) as around:
            missing = need_fixtures(home, flow, unit_test, around.services)
            if missing:
                return _error(case, *_lacking(missing))
            before = kept.get(case.case_id, {}) if not isinstance(kept, str) else {}
            end = await run_case(CaseRun(unit_test, flow, around, extras, before, settings.timeout))
    except UnusableFlowError as error:
        return _error(case, TestError(error.lines[0], "\n".join(error.lines[1:])))
    report = CaseReport(case, end.result, end.coverage, end.snapshots)
    return _with_new_snapshots(report) if settings.update_snapshots else report


def _with_new_snapshots(report: CaseReport) -> CaseReport:
    """A case whose snapshots are about to be kept as they are now: none of them is wrong."""
    assertions = tuple(
        replace(each, expected=each.actual or "", is_success=True) if each.operator == SNAPSHOT_OPERATOR else each
        for each in report.result.assertions
    )
    state = case_state(assertions, report.result.errors)
    return replace(report, result=replace(report.result, assertions=assertions, state=state))


def _lacking(missing: list[tuple[str | None, str]]) -> list[TestError]:
    names = ", ".join(f"'{name}'" for name, _ in missing if name is not None)
    reasons = "; ".join(message for _, message in missing)
    return [TestError(f"not run: these tasks need a fixture: {names}" if names else "not run", reasons)]


def _error(case: FoundCase, *errors: TestError) -> CaseReport:
    return CaseReport(case, CaseResult(case.case_id, TestState.ERROR, errors=errors))


def _suite_report(chosen: Chosen, going: _Going) -> SuiteReport:
    key = _key(chosen.suite)
    times = going.times.get(key) or [datetime.now(UTC)]
    reports = going.reports.get(key, {})
    cases = tuple(reports[case.number] for case in chosen.cases if case.number in reports)
    return SuiteReport(chosen.suite, cases, chosen.problems, min(times), max(times))


def _kept(suite: FoundSuite, going: _Going) -> Kept | str:
    path = snapshot_file(Path(suite.path), suite.id)
    if path not in going.kept:
        try:
            going.kept[path] = read_snapshots(path)
        except (ValueError, OSError) as error:
            going.kept[path] = f"{path}: {error}"
    return going.kept[path]


def _keep_snapshots(report: SuiteReport, going: _Going) -> None:
    document = report.suite.document
    if document.suite is None or report.problems:
        return
    known = {
        case.id: set(document.extras_of(number).snapshots) for number, case in enumerate(document.suite.test_cases)
    }
    kept = _kept(report.suite, going)
    new = {each.case.case_id: each.snapshots for each in report.cases if each.snapshots}
    path = snapshot_file(Path(report.suite.path), report.suite.id)
    write_snapshots(path, updated({} if isinstance(kept, str) else kept, new, known))


def _key(suite: FoundSuite) -> str:
    return f"{suite.path}\0{suite.document.document.index}"


def flow_coverage(report: Report) -> dict[tuple[str, str], Coverage]:
    """What the cases of a report have reached of each flow that its suites test."""
    found: dict[tuple[str, str], Coverage] = {}
    for suite in report.suites:
        model = suite.suite.document.suite
        if model is None or suite.problems:
            continue
        key = (model.namespace, model.flow_id)
        whole = found.get(key)
        if whole is None:
            whole = uncovered(suite.suite.home.flow(*key))
        for case in suite.cases:
            whole = whole + case.coverage if case.coverage is not None else whole
        found[key] = whole
    return found
