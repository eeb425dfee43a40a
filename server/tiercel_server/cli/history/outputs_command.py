"""`tiercel executions outputs`: what an execution put out, as a tree, as JSON, or one value of it."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tiercel_server.cli.history.options import format_option, id_argument, refusing, workspace_option

if TYPE_CHECKING:
    from rich.tree import Tree

    from tiercel_engine.core.records import Execution

LONGEST_VALUE = 500
"""Characters of a value that the tree shows."""
_PIPE_WIDTH = 10_000

_EPILOG = """\b
Examples:
  tiercel executions outputs last
  tiercel executions outputs last fetch.body.items[0].name
  tiercel executions outputs last --declared --format json

Exit code: 0 shown, 2 no such execution or value."""


@click.command(name="outputs", epilog=_EPILOG)
@id_argument
@click.argument("path", metavar="[PATH]", required=False)
@click.option("--declared", is_flag=True, help="The outputs that the flow declares, instead of its tasks'.")
@format_option("text", "json")
@workspace_option
@refusing
def command(execution_id: str, path: str | None, format_name: str, workspace: Path | None, *, declared: bool) -> None:
    """Show what execution ID put out; with PATH one value, a text as it is and all else as JSON.

    PATH begins with a task's id and goes on as in an expression: `fetch.body.items[0].name`. ID may be shortened as
    long as one execution only begins so; `last` is the newest.
    """
    from tiercel_engine.runtime.jsonable import jsonable
    from tiercel_server.cli.history.finding import named, workspace_at
    from tiercel_server.cli.history.value_paths import UnknownPathError, value_at
    from tiercel_server.cli.running.complaints import Refused

    with workspace_at(workspace) as found:
        execution = found.history.execution(named(found.history, execution_id).id)
    if execution is None:
        raise Refused("The history holds nothing of what it did.")
    own = jsonable(execution.outputs)
    tasks = jsonable(_of_tasks(execution))
    if path is None:
        if format_name == "json":
            shown = own if declared else {"outputs": own, "tasks": tasks}
            click.echo(json.dumps(shown, ensure_ascii=False, indent=2))
        else:
            _print_trees(execution, own, {} if declared else tasks)
        return
    try:
        value = value_at(own if declared else tasks, path)
    except UnknownPathError as error:
        raise Refused(str(error), *_ways(execution, own, path, declared=declared)) from None
    if isinstance(value, str) and format_name == "text":
        click.echo(value)
    else:
        click.echo(json.dumps(value, ensure_ascii=False, indent=2 if format_name == "text" else None))


def _of_tasks(execution: Execution) -> Mapping[str, Any]:
    """The outputs by task, as expressions of the flow would see them; tasks without any left out."""
    outputs: dict[str, Any] = {}
    for run in execution.ordered_task_runs():
        if not run.outputs:
            continue
        values = [each.value for each in (run, *execution.ancestors(run)) if each.value is not None]
        *way, last = [run.task_id, *reversed(values)]
        place = outputs
        for step in way:
            place = place.setdefault(step, {})
        place[last] = dict(run.outputs)
    return outputs


def _ways(execution: Execution, own: Mapping[str, Any], path: str, *, declared: bool) -> list[str]:
    first = re.split(r"[.\[]", path, maxsplit=1)[0]
    if not declared and first in own:
        return [f"The flow declares an output '{first}': add --declared."]
    if not declared and first == "outputs":
        return ["Begin with the id of a task, without `outputs`."]
    task = execution.plan.tasks.get(first)
    runs = [each for each in execution.task_runs.values() if each.task_id == first]
    if task is not None and not any(run.outputs for run in runs):
        return [f"Task '{first}' {'put nothing out' if runs else 'did not run'}."]
    return []


def _print_trees(execution: Execution, own: Mapping[str, Any], tasks: Mapping[str, Any]) -> None:
    from rich.console import Console
    from rich.tree import Tree

    # A pipe has no width: what it carries must not be broken or cut.
    console = Console(highlight=False, width=None if sys.stdout.isatty() else _PIPE_WIDTH)
    if not own and not tasks:
        click.echo("It put nothing out.", err=True)
        return
    if own:
        console.print(_grown(Tree(f"{execution.flow.namespace}.{execution.flow.id}"), own))
    for task_id, values in tasks.items():
        console.print(_grown(Tree(task_id), values))


def _grown(tree: Tree, value: Any) -> Tree:
    items = value.items() if isinstance(value, Mapping) else enumerate(value)
    for name, inner in items:
        label = str(name) if isinstance(value, Mapping) else f"[{name}]"
        if isinstance(inner, Mapping | list) and inner:
            _grown(tree.add(_plain(label)), inner)
        else:
            tree.add(_plain(f"{label} = {_short(inner)}"))
    return tree


def _plain(text: str) -> Any:
    from rich.text import Text

    return Text(text)


def _short(value: Any) -> str:
    from tiercel_server.cli.running.views.wording import safe

    text = safe(value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"
