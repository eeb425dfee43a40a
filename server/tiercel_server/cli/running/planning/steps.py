"""The steps of a plan: the tasks of a flow in order, where each would run, and with which properties."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from tiercel_engine.core.plan import Plan, make_plan
from tiercel_engine.core.wishes import Extent, Fixture
from tiercel_engine.runners.policy import RunnerPolicy
from tiercel_engine.tasks.api import DECIDED_IN_CORE
from tiercel_engine.tasks.preflight import Notice, script_run
from tiercel_schemas.model import Flow, Task
from tiercel_server.cli.running.planning.partly import Partly, PartRenderer


class Fate(StrEnum):
    """What would become of a task."""

    RUNS = "runs"
    MOCKED = "mocked"
    REUSED = "reused"
    LEFT_OUT = "left out"
    DISABLED = "disabled"
    IMPOSSIBLE = "can't run here"


@dataclass(frozen=True, slots=True)
class Step:
    """One task. `place` is the list that it stands in, `where` what would run it, `problem` why nothing can."""

    task_id: str
    type: str
    fate: Fate
    depth: int
    place: str
    parent: str | None = None
    where: str | None = None
    properties: Mapping[str, Partly] = field(default_factory=dict)
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Circumstances:
    """All that the steps of a flow depend on besides it."""

    extent: Extent
    fixtures: tuple[Fixture, ...]
    reused: frozenset[str]
    """Tasks whose outputs an earlier execution lends."""
    notices: tuple[Notice, ...]
    runners: RunnerPolicy
    rendering: PartRenderer


def steps_of(flow: Flow, given: Circumstances) -> Iterator[Step]:
    """The steps in the order written, parents before children."""
    plan = make_plan(flow, extent=given.extent)
    listed = set(_listed(plan))
    lists = (
        ("tasks", flow.tasks),
        ("errors", flow.errors),
        ("finally", flow.finally_),
        ("afterExecution", (*flow.after_execution, *(task for each in flow.listeners for task in each.tasks))),
    )
    for name, tasks in lists:
        for task in tasks:
            yield from _steps(task, name, None, 0, listed, given)


def _listed(plan: Plan, task_id: str | None = None) -> Iterator[str]:
    lists = plan.root if task_id is None else plan.tasks[task_id].lists
    for ids in lists.values():
        for name in ids:
            yield name
            yield from _listed(plan, name)


def _steps(
    task: Task, place: str, parent: str | None, depth: int, listed: set[str], given: Circumstances
) -> Iterator[Step]:
    step = _step(task, place, parent, depth, listed, given)
    yield step
    if step.fate in {Fate.MOCKED, Fate.DISABLED}:
        return
    for name, children in task.child_lists():
        for child in children:
            yield from _steps(child, name, task.id, depth + 1, listed, given)


def _step(task: Task, place: str, parent: str | None, depth: int, listed: set[str], given: Circumstances) -> Step:
    fate, problem = _fate(task, listed, given)
    runs = fate in {Fate.RUNS, Fate.IMPOSSIBLE}
    return Step(
        task.id,
        task.written_type,
        fate,
        depth,
        place,
        parent,
        where=_where(task, given.runners) if fate is Fate.RUNS else None,
        properties=dict(_properties(task, given.rendering)) if runs else {},
        problem=problem,
    )


def _fate(task: Task, listed: set[str], given: Circumstances) -> tuple[Fate, str | None]:
    if task.disabled:
        return Fate.DISABLED, None
    if task.id not in listed:
        return (Fate.REUSED if task.id in given.reused else Fate.LEFT_OUT), None
    if any(fixture.task_id == task.id for fixture in given.fixtures):
        return Fate.MOCKED, None
    for notice in given.notices:
        if notice.task_id == task.id and notice.level == "ERROR":
            return Fate.IMPOSSIBLE, notice.message
    return Fate.RUNS, None


def _where(task: Task, runners: RunnerPolicy) -> str:
    if task.type in DECIDED_IN_CORE:
        return "engine"
    script = script_run(task, runners)
    if script is None:
        return "Tiercel"
    found = runners.find_program(script.interpreter) or script.interpreter
    program = f", script with {script.program}" if script.program is not None else ""
    if script.choice.daemon is not None:
        return f"Docker container of {script.choice.daemon}"
    asked = " (asks for Docker)" if script.choice.notice is not None else ""
    return f"process with {found}{program}{asked}"


def _properties(task: Task, rendering: PartRenderer) -> Iterator[tuple[str, Partly]]:
    common = {"runIf": task.run_if, "timeout": task.timeout}
    for name, value in (*common.items(), *task.properties.items()):
        if value is not None:
            yield name, rendering.render(value)
