"""The plan of a run, made and printed."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from tiercel_engine.expressions import Renderer
from tiercel_engine.runtime.context import Views
from tiercel_engine.runtime.jsonable import jsonable
from tiercel_schemas.model import Flow
from tiercel_schemas.model.project import STATE_FOLDER
from tiercel_server.cli.evaluating.flows import context_before
from tiercel_server.cli.evaluating.project import lent_by_environment
from tiercel_server.cli.prompting import completed_inputs, nobody
from tiercel_server.cli.running.complaints import Refused
from tiercel_server.cli.running.parts import lent, running_tasks
from tiercel_server.cli.running.planning.partly import PartRenderer
from tiercel_server.cli.running.planning.steps import Circumstances, Fate, Step, steps_of
from tiercel_server.cli.running.preparing import HISTORY_FILE, Wish, asked, choose, planned_services, task_notices

REFUSED = 2


@dataclass(frozen=True, slots=True)
class Plan:
    """What would run. `problems` are what keeps it from running; `reused` is the execution that lends outputs."""

    flow: Flow
    inputs: Mapping[str, Any]
    steps: tuple[Step, ...]
    problems: tuple[str, ...]
    reused: str | None
    mask: Callable[[Any], Any]
    """Plain data without the secrets that were read and given."""


def print_plan(wish: Wish, format_name: str) -> int:
    """Print the plan; 0 when the run could start, 2 when not. Raises `Refused` for what leaves nothing to plan."""
    plan = make(wish)
    if format_name == "json":
        click.echo(json.dumps(plan.mask(_shape(plan)), ensure_ascii=False, indent=2, default=str))
    else:
        from tiercel_server.cli.running.planning.text import plan_lines

        for line in plan_lines(plan):
            click.echo(plan.mask(line))
    sys.stdout.flush()
    return REFUSED if plan.problems else 0


def make(wish: Wish) -> Plan:
    """The plan of a run, which writes nothing and starts nothing; raises `Refused`."""
    chosen = choose(wish)
    part = asked(wish, chosen.flow)
    flow = part.flow
    lender, lent_inputs, outputs = _lent(wish, flow, chosen.place.root / STATE_FOLDER / HISTORY_FILE)
    for fixture in part.fixtures:
        if fixture.value is None:
            outputs[fixture.task_id] = fixture.outputs
    services = planned_services(chosen.place.root, chosen.project, wish.runner)
    tasks = running_tasks(flow, part.extent, part.fixtures)
    notices = task_notices(flow, chosen.neighbours, services, tasks)
    given = completed_inputs(flow, part.inputs, services, os.environ, nobody)
    surroundings = lent_by_environment()
    context = context_before(flow, {**lent_inputs, **given}, wish.labels, surroundings)
    context |= {"globals": chosen.project.globals, "envs": chosen.project.envs, "outputs": outputs}
    if part.trigger is not None:
        context["trigger"] = part.trigger.variables
    circumstances = Circumstances(
        part.extent,
        part.fixtures,
        frozenset(outputs) if lender is not None else frozenset(),
        tuple(notices),
        services.runners,
        PartRenderer(Renderer(flow.version, surroundings.services), context),
    )
    return Plan(
        flow,
        context.get("inputs") or {},
        tuple(steps_of(flow, circumstances)),
        tuple(notice.message for notice in notices if notice.level == "ERROR"),
        lender,
        surroundings.services.mask,
    )


def _lent(wish: Wish, flow: Flow, path: Path) -> tuple[str | None, Mapping[str, Any], dict[str, Any]]:
    """The execution that lends something: its id, its inputs, its outputs by task."""
    from tiercel_engine.store import History

    if wish.context is not None or not path.is_file():
        if wish.reuse is not None:
            raise Refused(f"There is no history to reuse from: {path} does not exist.")
        return None, {}, {}
    history = History(path)
    try:
        lender = lent(history, flow, wish.reuse, wish.extent)
        execution = history.execution(lender) if lender is not None else None
    finally:
        history.close()
    if execution is None:
        return None, {}, {}
    views = Views(flow.version, {})
    for run in execution.ordered_task_runs():
        views.note(execution, run)
    declared = {each.id for each in flow.inputs}
    inputs = {name: value for name, value in jsonable(execution.inputs).items() if name in declared}
    return lender, inputs, dict(views.outputs)


def _shape(plan: Plan) -> dict[str, Any]:
    flow = plan.flow
    shape: dict[str, Any] = {
        "namespace": flow.namespace,
        "flowId": flow.id,
        "kestraVersion": flow.version.value,
        "inputs": dict(plan.inputs),
        "canRun": not plan.problems,
        "problems": list(plan.problems),
        "steps": [_step_shape(step) for step in plan.steps],
    }
    if plan.reused is not None:
        shape["reuse"] = plan.reused
    return shape


def _step_shape(step: Step) -> dict[str, Any]:
    values = {
        "taskId": step.task_id,
        "type": step.type,
        "fate": step.fate.value,
        "list": step.place,
        "parent": step.parent,
        "runner": step.where,
        "problem": step.problem,
    }
    shape: dict[str, Any] = {name: value for name, value in values.items() if value is not None}
    if step.fate in {Fate.RUNS, Fate.IMPOSSIBLE}:
        shape["properties"] = {name: part.value for name, part in step.properties.items()}
        shape["unknown"] = dict(_named(step, "unknown"))
        shape["failing"] = dict(_named(step, "failing"))
    return shape


def _named(step: Step, what: str) -> Iterator[tuple[str, list[str]]]:
    for name, part in step.properties.items():
        if found := getattr(part, what):
            yield name, list(found)
