"""`tiercel test` performed: suites found, chosen, run and told."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tiercel_engine.unit_tests.coverage import Coverage
from tiercel_server.cli.running.complaints import Refused
from tiercel_server.cli.testing.asking import Asked
from tiercel_server.cli.testing.discovery import (
    STDIN,
    FoundCase,
    FoundSuite,
    Problem,
    cases_of,
    chosen,
    find_suites,
    near_cases,
    problems_of,
    twins,
)
from tiercel_server.cli.testing.reporting import Report, place_json, problem_json
from tiercel_server.cli.testing.reports import jsonl_report, render
from tiercel_server.cli.testing.session import Listener, choose, flow_coverage, run_suites

if TYPE_CHECKING:
    from tiercel_server.cli.testing.reports.coverage_html import FlowSource


@dataclass(frozen=True, slots=True)
class Found:
    """The suites of some paths, the cases that were chosen, and what could not be read."""

    suites: tuple[FoundSuite, ...]
    cases: tuple[FoundCase, ...]
    problems: tuple[Problem, ...]


def find(asked: Asked) -> Found:
    """Find suites and choose cases; raises `Refused` where there are none."""
    paths = [Path(path) for path in asked.paths or (".",) if path != STDIN]
    stdin = (asked.stdin_name, sys.stdin.buffer.read()) if STDIN in asked.paths else None
    suites: list[FoundSuite] = []
    problems: list[Problem] = []
    for each in find_suites(paths, asked.workspace, asked.version, stdin):
        if isinstance(each, Problem):
            problems.append(each)
        else:
            suites.append(each)
    if not suites and not problems:
        where = ", ".join(asked.paths) or "this folder"
        raise Refused(
            f"There is no suite of unit tests in {where}.",
            "A suite is a YAML map with `id`, `namespace`, `flowId` and a list of `testCases`.",
        )
    every = [case for suite in suites for case in cases_of(suite)]
    cases = chosen(every, asked.filters)
    if asked.filters and not cases:
        near = near_cases(every, asked.filters[0])
        hint = f" Did you mean '{near[0]}'?" if near else ""
        raise Refused(f"No case fits {' or '.join(asked.filters)!r}.{hint}", "`tiercel test --list` shows them.")
    return Found(tuple(suites), tuple(cases), tuple(problems))


def perform(asked: Asked) -> int:
    """Run what was asked for; the exit code. Raises `Refused`."""
    return performed(asked, find(asked)).exit_code


def performed(asked: Asked, found: Found) -> Report:
    """Run what was found and write the report."""
    selected = choose(found.suites, found.cases, twins(found.suites))
    tells = asked.format_name == "jsonl"
    stream = _Stream(asked.output_file)
    listener = Listener()
    if tells:
        for problem in [*found.problems, *(each for suite in selected for each in suite.problems)]:
            stream.write(jsonl_report.problem(problem))
        listener = Listener(
            lambda case: stream.write(jsonl_report.started(case)),
            lambda report: stream.write(jsonl_report.ended(report)),
        )
    report = run_suites(selected, found.problems, asked.settings, listener)
    for line in render(asked.format_name, report):
        stream.write(line)
    stream.close()
    if asked.shows_coverage or asked.coverage_html is not None:
        _tell_coverage(asked, report)
    return report


def list_cases(asked: Asked) -> int:
    """List the chosen cases with their places; 2 where a suite has mistakes."""
    found = find(asked)
    problems = [*found.problems, *(each for suite in found.suites for each in problems_of(suite)), *twins(found.suites)]
    entries = [_entry(case) for case in found.cases]
    if asked.format_name == "jsonl":
        lines = [jsonl_report.line("case", entry) for entry in entries]
        lines += [jsonl_report.problem(each) for each in problems]
    elif asked.format_name == "text":
        width = max((len(case.id) for case in found.cases), default=0)
        lines = [
            f"{entry['id']!s:{width}}  {entry['path']}:{entry['line']}" + ("  (disabled)" if entry["disabled"] else "")
            for entry in entries
        ]
    elif asked.format_name == "json":
        document = {"cases": entries, "problems": [problem_json(each) for each in problems]}
        lines = [json.dumps(document, ensure_ascii=False, indent=2)]
    else:
        raise Refused("--list goes with --format text, json and jsonl.")
    stream = _Stream(asked.output_file)
    for line in lines:
        stream.write(line)
    stream.close()
    if asked.format_name == "text":
        for each in problems:
            click.echo(f"{each.path}:{each.line}:{each.column}: error: {each.message}", err=True)
    return 2 if problems else 0


def _entry(case: FoundCase) -> dict[str, object]:
    document = case.suite.document
    node = dict(document.cases)[case.number]
    suite_start = document.source.text.position(document.root.span.start).line + 1
    return {
        "id": case.id,
        "suite": case.suite.name,
        "suiteId": case.suite.id,
        "suiteLine": suite_start,
        "namespace": document.text_of(document.root, "namespace"),
        "flowId": document.text_of(document.root, "flowId"),
        "caseId": case.case_id,
        "description": document.text_of(node, "description"),
        "disabled": case.is_disabled,
        **place_json(case),
    }


class _Stream:
    """Where the report goes: standard output, or a file that is written in the end."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._lines: list[str] = []

    def write(self, line: str) -> None:
        """Write a line, at once where somebody may be waiting for it."""
        if self._file is None:
            click.echo(line, color=None if "NO_COLOR" not in os.environ else False)
            sys.stdout.flush()
        else:
            self._lines.append(click.unstyle(line))

    def close(self) -> None:
        """Write the file; raises `Refused`."""
        if self._file is not None:
            _write(self._file, self._lines)


def _write(file: Path, lines: Iterable[str]) -> None:
    try:
        file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise Refused(f"'{file}' can't be written: {error.strerror}.") from None


def _tell_coverage(asked: Asked, report: Report) -> None:
    from tiercel_server.cli.testing.reports import coverage_html, coverage_text

    flows = flow_coverage(report)
    if asked.shows_coverage:
        # A report that programs read stays whole.
        is_for_people = asked.format_name == "text"
        for line in coverage_text.render(flows):
            click.echo(line, err=not is_for_people)
    if asked.coverage_html is not None:
        _write(asked.coverage_html, coverage_html.render(flows, _sources(flows, report)))


def _sources(flows: Mapping[tuple[str, str], Coverage], report: Report) -> dict[tuple[str, str], FlowSource]:
    from tiercel_server.cli.testing.flow_sources import flow_source

    found: dict[tuple[str, str], FlowSource] = {}
    for suite in report.suites:
        model = suite.suite.document.suite
        if model is None:
            continue
        key = (model.namespace, model.flow_id)
        if key in flows and key not in found:
            source = flow_source(suite.suite.home, *key)
            if source is not None:
                found[key] = source
    return found
