"""`tiercel run --watch`: runs a flow again whenever a file that it depends on changes, and only what that calls for."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from tiercel_engine.core.records import Execution
from tiercel_engine.core.states import State
from tiercel_engine.core.wishes import Fixture
from tiercel_server.cli.running.changes import Again, Outside, what_runs_again
from tiercel_server.cli.running.complaints import Refused
from tiercel_server.cli.running.flow_file import STDIN
from tiercel_server.cli.running.performing import INTERRUPTED, performed
from tiercel_server.cli.running.preparing import Prepared, Wish, prepare, reached_flows
from tiercel_server.cli.running.views import view_for

PERIOD = 0.25
"""Seconds between two looks at the files."""
_MOST_FILES = 5_000
_NAMED = 8

Mark = tuple[int, int, int] | None
"""What tells a file from an earlier one of the same name; None where there is none."""


@dataclass(frozen=True, slots=True)
class Before:
    """The last run that came to an end, with what it was given."""

    execution: Execution
    inputs: Mapping[str, Any]


def watch(make_wish: Callable[[], Wish], flow: str, format_name: str, log_level: str) -> int:
    """Run until Ctrl-C, which ends a run at work first; the exit code is 130. Raises `Refused` for standard input."""
    if flow == STDIN:
        raise Refused("Standard input can't be watched.", "Name a flow file.")
    before: Before | None = None
    changed: frozenset[Path] = frozenset()
    answers: dict[str, Any] = {}
    known: frozenset[Path] = frozenset({Path(flow)})
    try:
        while True:
            marks = _marks(known)
            try:
                wish = make_wish()
                prepared = prepare(replace(wish, inputs={**answers, **wish.inputs}))
            except Refused as refusal:
                _tell(refusal.lines)
            else:
                # What somebody has typed is not asked for again.
                answers = {name: prepared.request.inputs[name] for name in prepared.request.inputs.keys() - wish.inputs}
                known = frozenset(_files(wish, prepared))
                marks |= _marks(known - marks.keys())
                before, is_over = _run(prepared, before, changed, view_for(format_name, log_level))
                if is_over:
                    return INTERRUPTED
                # What the run itself has written there is no reason to run again.
                marks |= _marks(_namespace_files(prepared))
            click.echo(f"Watching {len(known)} file{'s' if len(known) != 1 else ''}; Ctrl-C leaves.", err=True)
            changed = _wait(known, marks)
            names = ", ".join(sorted({path.name for path in changed})[:_NAMED])
            click.echo(f"\n{datetime.now().astimezone():%H:%M:%S} changed: {names}", err=True)
    except KeyboardInterrupt:
        return INTERRUPTED


def _run(prepared: Prepared, before: Before | None, changed: frozenset[Path], view: Any) -> tuple[Before | None, bool]:
    """The last run that ended, and whether the watch is over."""
    request = prepared.request
    again = _again(prepared, before, changed)
    if again is not None and before is not None:
        _tell_again(again)
        request = replace(request, fixtures=(*request.fixtures, *_unmocked(again.fixtures, request.fixtures)))
    try:
        execution = performed(replace(prepared, request=request), view)
    except Refused as refusal:
        _tell(refusal.lines)
        return before, False
    if execution is None or execution.state is State.KILLED:
        return before, True
    return Before(execution, dict(request.inputs)), False


def _again(prepared: Prepared, before: Before | None, changed: frozenset[Path]) -> Again | None:
    if before is None:
        return None
    request = prepared.request
    names = {name for name in {*before.inputs, *request.inputs} if before.inputs.get(name) != request.inputs.get(name)}
    names |= {name for name, value in request.inputs.items() if isinstance(value, str) and Path(value) in changed}
    declared = {each.id: each for each in before.execution.flow.inputs}
    names |= {each.id for each in request.flow.inputs if declared.get(each.id) != each}
    flows = {
        (flow.namespace, flow.id)
        for flow in reached_flows(request.flow, prepared.neighbours)
        if flow is not request.flow and prepared.neighbours.path_of(flow) in changed
    }
    files = bool(changed & frozenset(_namespace_files(prepared)))
    outside = Outside(frozenset(names), _calling(prepared, flows), files)
    return what_runs_again(before.execution, request.flow, outside)


def _calling(prepared: Prepared, changed: set[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    """Changed flows with those that call one of them, however far away."""
    found = set(changed)
    flows = list(reached_flows(prepared.request.flow, prepared.neighbours))
    while True:
        more = {
            (flow.namespace, flow.id)
            for flow in flows
            for task in flow.all_tasks()
            if (str(task.properties.get("namespace")), str(task.properties.get("flowId"))) in found
        }
        if more <= found:
            return frozenset(found)
        found |= more


def _unmocked(fixtures: Iterable[Fixture], mocks: Iterable[Fixture]) -> Iterator[Fixture]:
    mocked = {mock.task_id for mock in mocks}
    return (fixture for fixture in fixtures if fixture.task_id not in mocked)


def _files(wish: Wish, prepared: Prepared) -> Iterator[Path]:
    """The files that a run depends on."""
    yield Path(wish.flow)
    project = prepared.project
    own = (prepared.place.project_file, wish.inputs_file, wish.context, *wish.mocks.files)
    yield from (path for path in own if path is not None)
    root = prepared.place.root
    secrets = (namespace.secrets for namespace in project.namespaces.values())
    dotenvs = (project.run.dotenv, *(getattr(each, "dotenv", None) for each in secrets))
    yield from (root / name for name in dotenvs if name)
    kinds = {each.id: each.type for each in prepared.request.flow.inputs}
    for name, value in prepared.request.inputs.items():
        if kinds.get(name) == "FILE" and isinstance(value, str):
            yield Path(value)
    for flow in reached_flows(prepared.request.flow, prepared.neighbours):
        path = prepared.neighbours.path_of(flow)
        if path is not None and flow is not prepared.request.flow:
            yield path
    yield from _namespace_files(prepared)


def _namespace_files(prepared: Prepared) -> set[Path]:
    """The files of the flow's namespace and those above it, where `tiercel.yaml` names their folders."""
    found: set[Path] = set()
    own = f"{prepared.request.flow.namespace}."
    for name, settings in prepared.project.namespaces.items():
        if settings.files is None or not own.startswith(f"{name}."):
            continue
        for parent, folders, files in os.walk(prepared.place.root / settings.files):
            folders[:] = [folder for folder in folders if not folder.startswith(".")]
            found |= {Path(parent) / file for file in files}
            if len(found) > _MOST_FILES:
                return found
    return found


def _marks(paths: Iterable[Path]) -> dict[Path, Mark]:
    return {path: _mark(path) for path in paths}


def file_marks(paths: Iterable[Path]) -> dict[Path, Mark]:
    """What tells each file from earlier ones of the same name."""
    return _marks(paths)


def wait_for_change(paths: Callable[[], frozenset[Path]], marks: Mapping[Path, Mark]) -> frozenset[Path]:
    """The files that have come, gone or changed since the marks were taken, once none of them changes any more."""
    seen = dict(marks)
    while True:
        now = _marks(paths() | marks.keys())
        changed = frozenset(path for path in now if now[path] != marks.get(path))
        if changed and now == seen:
            return changed
        seen = now
        time.sleep(PERIOD)


def _mark(path: Path) -> Mark:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _wait(paths: frozenset[Path], marks: Mapping[Path, Mark]) -> frozenset[Path]:
    """The files that have changed, once none of them changes any more: editors write in several steps."""
    seen = dict(marks)
    while True:
        now = _marks(paths)
        changed = frozenset(path for path in paths if now[path] != marks.get(path))
        if changed and now == seen:
            return changed
        seen = now
        time.sleep(PERIOD)


def _tell(lines: Iterable[str]) -> None:
    for number, line in enumerate(lines):
        click.echo(line if number else f"Error: {line}", err=True)


def _tell_again(again: Again) -> None:
    click.echo(f"Runs again: {_names(again.tasks) or 'nothing but the flow itself'}", err=True)
    if again.reused:
        click.echo(f"Reused: {_names(again.reused)}", err=True)


def _names(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
