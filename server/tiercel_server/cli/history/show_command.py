"""`tiercel executions show`: one execution, as `tiercel run` leaves it on the screen."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tiercel_server.cli.history.options import format_option, id_argument, refusing, workspace_option

if TYPE_CHECKING:
    from tiercel_engine.core.records import Execution
    from tiercel_engine.store import Summary
    from tiercel_server.cli.history.story import Family, Line
    from tiercel_server.cli.running.progress import ExecutionLine, Progress, TaskLine

MOST_LINES = 1000
MOST_REPETITIONS = 100
"""Iterations of one loop that are drawn in full."""
LONGEST_OUTPUT = 160
"""Characters of an output that are shown."""
_PIPE_WIDTH = 10_000

_EPILOG = """\b
Examples:
  tiercel executions show last
  tiercel executions show 4xTk --format json

Exit code: 0 shown, 2 no such execution."""


@click.command(name="show", epilog=_EPILOG)
@id_argument
@format_option("text", "json")
@workspace_option
@refusing
def command(execution_id: str, format_name: str, workspace: Path | None) -> None:
    """Show execution ID: its task runs with states, times and outputs.

    ID may be shortened as long as one execution only begins so; `last` is the newest.
    """
    from tiercel_server.cli.history.finding import named, workspace_at
    from tiercel_server.cli.history.story import Family

    with workspace_at(workspace) as found:
        summary = named(found.history, execution_id)
        if format_name == "json":
            execution = found.history.execution(summary.id)
            if execution is not None:
                _print_json(execution, summary)
            return
        family = Family(found.history, summary.id)
        _print_text(family, family.read_on(), summary)


def _print_json(execution: Execution, summary: Summary) -> None:
    from tiercel_engine.core.api_shape import execution_json
    from tiercel_engine.runtime.jsonable import jsonable

    shape = jsonable(execution_json(execution))
    if summary.interrupted:
        shape["interrupted"] = True
    click.echo(json.dumps(shape, ensure_ascii=False, indent=2))


def _print_text(family: Family, lines: list[Line], summary: Summary) -> None:
    from rich.console import Console
    from rich.text import Text

    from tiercel_server.cli.running.progress import Progress
    from tiercel_server.cli.running.views.drawing import Drawing, Room
    from tiercel_server.cli.running.views.wording import outputs_lines

    progress = Progress()
    for line in lines:
        progress.take(line)
    now = datetime.fromisoformat(lines[-1]["time"])
    if summary.interrupted:
        _mark_interrupted(progress)
    elif family.at_work:
        now = datetime.now(now.tzinfo)
    # A pipe has no width: what it carries must not be broken or cut.
    console = Console(highlight=False, width=None if sys.stdout.isatty() else _PIPE_WIDTH)
    for text in _head(family.main.known, summary):
        console.print(Text(text), soft_wrap=True)
    if progress.main is not None:
        drawing = Drawing(now, Room(MOST_LINES, MOST_REPETITIONS), lambda line: _outputs(family, line))
        console.print(drawing.tree(progress.main))
    for text in outputs_lines(family.main.known.outputs):
        console.print(Text(f"  {text}"), soft_wrap=True)
    if summary.interrupted:
        click.echo(f"It was interrupted; `tiercel executions restart {summary.id}` lets it go on.")


def _head(execution: Execution, summary: Summary) -> Iterator[str]:
    from tiercel_server.cli.history.moments import local_time
    from tiercel_server.cli.running.views.wording import outputs_lines, safe

    flow = execution.flow
    yield f"Execution {execution.id} of {flow.namespace}.{flow.id} (Kestra {flow.version.value})"
    yield f"Started {local_time(summary.start_date)}"
    labels = [f"{key}={value}" for key, value in execution.labels if not key.startswith("system.")]
    if labels:
        yield f"Labels  {safe(' '.join(labels))}"
    for number, text in enumerate(outputs_lines(execution.inputs)):
        yield f"{'Inputs ' if number == 0 else '       '} {_short(text)}"


def _outputs(family: Family, line: TaskLine) -> list[str]:
    from tiercel_server.cli.running.views.wording import outputs_lines

    run = family.stories[line.execution_id].known.task_runs.get(line.id)
    return [_short(text) for text in outputs_lines(run.outputs)] if run is not None else []


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_OUTPUT else line[: LONGEST_OUTPUT - 1] + "…"


def _mark_interrupted(progress: Progress) -> None:
    from tiercel_server.cli.history.states import INTERRUPTED
    from tiercel_server.cli.running.progress import ENDS

    for execution in progress.executions.values():
        parts: list[ExecutionLine | TaskLine] = [execution, *execution.task_runs.values()]
        for part in parts:
            if part.state not in ENDS:
                part.state = INTERRUPTED
    if progress.main is not None:
        progress.main.state = INTERRUPTED
