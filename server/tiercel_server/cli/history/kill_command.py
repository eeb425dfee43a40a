"""`tiercel executions kill`: stops an execution, whichever process runs it."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tiercel_server.cli.history.options import id_argument, refusing, workspace_option

if TYPE_CHECKING:
    from tiercel_engine.store import History, Summary

_PERIOD = 0.1

_EPILOG = """\b
Examples:
  tiercel executions kill last
  tiercel executions kill 4xTk --no-wait

Exit code: 0 it has ended, or was asked to with --no-wait; 2 no such execution, or it has ended before; 130 left by
Ctrl-C while it ends."""


@click.command(name="kill", epilog=_EPILOG)
@id_argument
@click.option("--no-wait", is_flag=True, help="Don't wait until it has ended.")
@workspace_option
@refusing
def command(execution_id: str, workspace: Path | None, *, no_wait: bool) -> None:
    """Kill execution ID as the first Ctrl-C in its terminal does; of one that was interrupted, write its end.

    ID may be shortened as long as one execution only begins so; `last` is the newest.
    """
    from tiercel_engine.runtime import ask
    from tiercel_engine.runtime.requests import Kill
    from tiercel_server.cli.history.finding import named, workspace_at
    from tiercel_server.cli.history.taking_up import Way, no_longer
    from tiercel_server.cli.running.complaints import Refused

    with workspace_at(workspace) as found:
        summary = named(found.history, execution_id)
        if summary.finished:
            raise Refused(f"Execution {summary.id} has ended in {summary.state}.")
        execution = found.history.execution(summary.id)
        if not summary.interrupted:
            with no_longer(summary.id):
                ask(found.history, summary.id, Kill())
            if no_wait:
                click.echo(f"Execution {summary.id} was asked to end.")
                return
            ended = _ended(found.history, summary.id)
            click.echo(f"Execution {summary.id} {ended.state if ended is not None else 'is gone'}.")
            return
    if execution is None:
        raise Refused("The history holds nothing of what it did.")
    from tiercel_engine.runtime import kill_flow

    way = Way("json", None, None, "INFO")
    name = execution.id
    way.take_up_quietly(execution, found.place, lambda here: kill_flow(name, here))
    click.echo(f"Execution {summary.id} KILLED; it had been interrupted.")


def _ended(history: History, execution_id: str) -> Summary | None:
    try:
        while (summary := history.summary(execution_id)) is not None and not summary.finished:
            if summary.interrupted:
                return summary
            time.sleep(_PERIOD)
    except KeyboardInterrupt:
        sys.exit(130)
    return summary
