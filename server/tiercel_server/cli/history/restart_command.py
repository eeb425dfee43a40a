"""`tiercel executions restart`: runs what failed, or was cut off, again, in the same execution."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tiercel_server.cli.history.options import format_option, id_argument, refusing, workspace_option
from tiercel_server.cli.history.taking_up import running_options

if TYPE_CHECKING:
    from tiercel_engine.core.records import Execution
    from tiercel_engine.store import Summary

_EPILOG = """\b
Examples:
  tiercel executions restart last
  tiercel executions restart 4xTk --format jsonl

The flow is the one that the execution began with: changes of its file since then count with --flow only.

Exit code: as of tiercel run: 0 when the execution ends in SUCCESS or WARNING, 1 when it ends in any other state, 2
when it was not restarted."""


@click.command(name="restart", epilog=_EPILOG)
@id_argument
@format_option("text", "json", "jsonl")
@click.option(
    "--flow", "flow_file", metavar="FLOW", help="Go on, as a new execution, with the flow as this file has it now."
)
@running_options
@workspace_option
@refusing
def command(
    execution_id: str,
    format_name: str,
    flow_file: str | None,
    runner: str | None,
    max_parallel: int | None,
    log_level: str,
    workspace: Path | None,
) -> None:
    """Let execution ID go on: what succeeded stays, what failed or was cut off runs again.

    ID may be shortened as long as one execution only begins so; `last` is the newest.
    """
    from tiercel_engine.runtime import restart_flow
    from tiercel_server.cli.history.finding import named, workspace_at
    from tiercel_server.cli.history.revisions import flow_in
    from tiercel_server.cli.history.story import Family
    from tiercel_server.cli.history.taking_up import Way

    with workspace_at(workspace) as found:
        summary = named(found.history, execution_id)
        family = Family(found.history, summary.id)
        told = [line for line in family.read_on() if line["event"] != "log"]
        execution = family.main.known
        _refuse_needless(execution, summary)
    flow = flow_in(flow_file, execution) if flow_file is not None else None
    name = execution.id
    way = Way(format_name, runner, max_parallel, log_level)
    sys.exit(
        way.take_up(
            execution,
            found.place,
            lambda here, tell: restart_flow(name, here, tell, flow),
            told if flow is None else (),
            flow,
        )
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
