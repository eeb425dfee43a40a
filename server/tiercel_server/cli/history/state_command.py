"""`tiercel executions state`: puts the end of a task run right, and goes on from there."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from tiercel_server.cli.history.options import format_option, id_argument, refusing, workspace_option
from tiercel_server.cli.history.taking_up import running_options

_EPILOG = """\b
Examples:
  tiercel executions state last load SUCCESS
  tiercel executions state 4xTk 'each[b]' WARNING

Exit code: as of tiercel run: 0 when the execution ends in SUCCESS or WARNING, 1 when it ends in any other state, 2
when nothing was changed."""


@click.command(name="state", epilog=_EPILOG)
@id_argument
@click.argument("task", metavar="TASK")
@click.argument("state", metavar="STATE")
@format_option("text", "json", "jsonl")
@running_options
@workspace_option
@refusing
def command(  # noqa: PLR0913, PLR0917  (one parameter per option)
    execution_id: str,
    task: str,
    state: str,
    format_name: str,
    runner: str | None,
    max_parallel: int | None,
    log_level: str,
    workspace: Path | None,
) -> None:
    """Give the run of TASK in execution ID, which has ended, another end STATE, and run what follows from it.

    TASK is its id, `TASK[VALUE]` for one run of several. ID may be shortened as long as one execution only begins so;
    `last` is the newest.
    """
    from tiercel_engine.core.states import State
    from tiercel_engine.runtime import change_task_run
    from tiercel_server.cli.history.finding import named, workspace_at
    from tiercel_server.cli.history.story import Family
    from tiercel_server.cli.history.taking_up import Way
    from tiercel_server.cli.history.task_runs import task_run_named
    from tiercel_server.cli.running.complaints import Refused

    to = State.__members__.get(state.upper())
    if to is None or not to.terminated:
        ends = ", ".join(each for each in State if each.terminated)
        raise Refused(f"'{state}' is no state that a task ends in.", f"Such states are {ends}.")
    with workspace_at(workspace) as found:
        summary = named(found.history, execution_id)
        family = Family(found.history, summary.id)
        told = [line for line in family.read_on() if line["event"] != "log"]
        execution = family.main.known
        run_id = task_run_named(execution, task).id
    name = execution.id
    way = Way(format_name, runner, max_parallel, log_level)
    sys.exit(
        way.take_up(execution, found.place, lambda here, tell: change_task_run(name, run_id, to, here, tell), told)
    )
