"""`tiercel executions restart`: runs what failed, or was cut off, again, in the same execution."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tiercel_server.cli.history.options import format_option, id_argument, refusing, workspace_option

if TYPE_CHECKING:
    from tiercel_engine.core.records import Execution
    from tiercel_engine.runtime import Surroundings
    from tiercel_engine.store import Summary
    from tiercel_engine.tasks.preflight import Notice
    from tiercel_server.cli.running.views import View

_NAMED = 5
"""Places named in a notice."""

_EPILOG = """\b
Examples:
  tiercel executions restart last
  tiercel executions restart 4xTk --format jsonl

The flow is the one that the execution began with: changes of its file since then do not count.

Exit code: as of tiercel run: 0 when the execution ends in SUCCESS or WARNING, 1 when it ends in any other state, 2
when it was not restarted."""


@click.command(name="restart", epilog=_EPILOG)
@id_argument
@format_option("text", "json", "jsonl")
@click.option(
    "--runner", type=click.Choice(["auto", "process", "docker"]), help="Where script tasks run, as for tiercel run."
)
@click.option(
    "--max-parallel", type=click.IntRange(min=1), metavar="N", help="Tasks at work at the same time, at most."
)
@click.option(
    "--log-level",
    type=click.Choice(["TRACE", "DEBUG", "INFO", "WARN", "ERROR"]),
    default="INFO",
    show_default=True,
    help="The least level that --format text shows.",
)
@workspace_option
@refusing
def command(
    execution_id: str,
    format_name: str,
    runner: str | None,
    max_parallel: int | None,
    log_level: str,
    workspace: Path | None,
) -> None:
    """Let execution ID go on: what succeeded stays, what failed or was cut off runs again.

    ID may be shortened as long as one execution only begins so; `last` is the newest.
    """
    from tiercel_engine.runners import RunnerMode
    from tiercel_server.cli.history.finding import named, workspace_at
    from tiercel_server.cli.history.story import Family
    from tiercel_server.cli.running.preparing import project_at, surround
    from tiercel_server.cli.running.views import view_for

    with workspace_at(workspace) as found:
        summary = named(found.history, execution_id)
        family = Family(found.history, summary.id)
        told = [line for line in family.read_on() if line["event"] != "log"]
        execution = family.main.known
        _refuse_needless(execution, summary)
    surroundings, notices = surround(
        execution.flow,
        found.place.root,
        project_at(found.place.project_file),
        RunnerMode(runner) if runner is not None else None,
        max_parallel,
    )
    view = view_for(format_name, log_level)
    view.recall(told)
    sys.exit(_restart(execution, surroundings, (*notices, *_lost_values(execution)), view))


def _restart(execution: Execution, surroundings: Surroundings, notices: Iterable[Notice], view: View) -> int:
    from tiercel_engine.runtime import restart_flow
    from tiercel_server.cli.running.performing import show_to_the_end

    return show_to_the_end(
        lambda on_event: restart_flow(execution.id, surroundings, on_event), notices, surroundings.history, view
    )


def _refuse_needless(execution: Execution, summary: Summary) -> None:
    """Raise `Refused` for what can't be restarted."""
    from tiercel_server.cli.running.complaints import Refused
    from tiercel_server.cli.running.progress import GOOD_ENDS

    if execution.loop_run is not None:
        raise Refused(
            f"{execution.id} is an iteration of a Loop in execution {execution.parent_id}.",
            f"`tiercel executions restart {execution.parent_id}` restarts what failed in it.",
        )
    if not execution.sealed and not summary.interrupted:
        raise Refused(
            f"Execution {execution.id} is still at work.",
            f"`tiercel executions logs {execution.id} --follow` watches it.",
        )
    if execution.sealed and execution.state in GOOD_ENDS:
        raise Refused(
            f"Execution {execution.id} ended in {execution.state}: nothing in it has to run again.",
            "`tiercel run FLOW` begins a new one.",
        )


def _lost_values(execution: Execution) -> Iterator[Notice]:
    """Say so when tasks that run again may read values that are secret, and so were not kept."""
    from tiercel_engine.runtime.jsonable import jsonable
    from tiercel_engine.secrets import MASK
    from tiercel_engine.tasks.preflight import Notice

    places = {
        "inputs": execution.inputs,
        "variables": execution.variables,
        **{f"the outputs of task '{run.task_id}'": run.outputs for run in execution.ordered_task_runs()},
    }
    lost = [name for name, values in places.items() if MASK in json.dumps(jsonable(values))]
    if lost:
        message = f"secrets are not kept in the history: tasks that run again see {MASK} in {', '.join(lost[:_NAMED])}"
        yield Notice("WARN", "secrets-not-kept", message)
