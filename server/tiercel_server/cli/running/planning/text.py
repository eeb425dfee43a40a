"""A plan as text for people."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from tiercel_server.cli.running.planning.steps import Fate, Step
from tiercel_server.cli.running.views.wording import outputs_lines, safe

if TYPE_CHECKING:
    from tiercel_server.cli.running.planning.command import Plan

MOST_LINES = 12
"""Lines of a property that are shown."""
LONGEST_LINE = 200
SHORT_LIST = 60
"""Characters of a list that stands on one line."""
_EXPRESSION = re.compile(r"\{\{.*?\}\}|\{%.*?%\}")
_MARKS = {Fate.RUNS: "·", Fate.MOCKED: "~", Fate.REUSED: "=", Fate.LEFT_OUT: "-", Fate.DISABLED: "-"}
_HEADINGS = {"errors": "If a task fails", "finally": "At the end, however it ends", "afterExecution": "After the end"}


def plan_lines(plan: Plan) -> Iterator[str]:
    """The lines, colours in them for whoever prints to a terminal."""
    flow = plan.flow
    yield f"Plan of {flow.namespace}.{flow.id} (Kestra {flow.version.value}); nothing is run"
    for number, text in enumerate(outputs_lines(plan.inputs)):
        yield f"{'Inputs ' if number == 0 else '       '} {_short(text)}"
    if plan.reused is not None:
        yield f"Reuses  execution {plan.reused}"
    place = "tasks"
    for step in plan.steps:
        if step.depth == 0 and step.place != place:
            place = step.place
            yield f"{_HEADINGS.get(place, place)}:"
        yield from _step_lines(step)
    if plan.problems:
        yield click.style("It can't run here:", fg="red")
        yield from (f"  {safe(problem)}" for problem in plan.problems)
    elif any(part.unknown for step in plan.steps for part in step.properties.values()):
        yield "What stands in {{ }} is known only when the task runs."


def _step_lines(step: Step) -> Iterator[str]:
    indent = "  " * step.depth
    branch = f"{step.place}: " if step.depth and step.place not in {"tasks", ""} else ""
    short = step.type.rpartition(".")[2]
    if step.fate is Fate.IMPOSSIBLE:
        yield f"{indent}{click.style('✗', fg='red')} {branch}{step.task_id}  {short}  {step.fate.value}"
    elif step.fate is Fate.RUNS:
        yield f"{indent}· {branch}{step.task_id}  {short}  {click.style(step.where or '', dim=True)}".rstrip()
    else:
        yield f"{indent}{_MARKS[step.fate]} {branch}{step.task_id}  {short}  {click.style(step.fate.value, dim=True)}"
    for name, part in step.properties.items():
        for line in _property_lines(f"{indent}    ", name, part.value):
            yield _EXPRESSION.sub(_marked, line) if part.unknown else line
        for message in part.failing:
            yield f"{indent}      {click.style('fails: ' + safe(message), fg='red')}"


def _marked(match: re.Match[str]) -> str:
    return click.style(match[0], fg="yellow")


def _property_lines(indent: str, name: str, value: Any) -> Iterator[str]:
    is_list = isinstance(value, list) and any(isinstance(item, str) for item in value)
    lines = [line for item in value for line in _item_lines(item)] if is_list else _text(value).rstrip("\n").split("\n")
    joined = _text(value)
    if len(lines) == 1 or (is_list and len(joined) <= SHORT_LIST):
        yield f"{indent}{name} = {_short(joined if is_list else lines[0])}"
        return
    yield f"{indent}{name} ="
    for line in lines[:MOST_LINES]:
        yield f"{indent}  {_short(line)}"
    if len(lines) > MOST_LINES:
        yield f"{indent}  … and {len(lines) - MOST_LINES} lines more"


def _item_lines(item: Any) -> Iterator[str]:
    first, *more = _text(item).rstrip("\n").split("\n")
    yield f"- {first}"
    yield from (f"  {line}" for line in more)


def _text(value: Any) -> str:
    return safe(value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_LINE else text[: LONGEST_LINE - 1] + "…"
