"""`tiercel executions purge`: removes all executions that match, with all that they left."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from tiercel_server.cli.history.options import refusing, workspace_option
from tiercel_server.cli.history.searching import search_options, wanted

_EPILOG = """\b
Examples:
  tiercel executions purge --until 30d
  tiercel executions purge --state FAILED --flow hello --yes

Exit code: 0 deleted, also when nothing matches; 1 not confirmed; 2 a mistake in the command, or nobody to confirm."""


@click.command(name="purge", epilog=_EPILOG)
@search_options
@click.option("--all", "everything", is_flag=True, help="Every execution that has ended.")
@click.option("--dry-run", is_flag=True, help="List what would be deleted.")
@click.option("--yes", "-y", is_flag=True, help="Don't ask.")
@workspace_option
@refusing
def command(workspace: Path | None, *, everything: bool, dry_run: bool, yes: bool, **options: Any) -> None:
    """Delete the executions that match, as `delete` does; what is at work stays.

    WHEN says when an execution started: `--until 30d` is all that is older than 30 days.
    """
    from tiercel_server.cli.history.deletion import at_work, confirm, delete
    from tiercel_server.cli.history.finding import workspace_at
    from tiercel_server.cli.history.list_command import print_table
    from tiercel_server.cli.running.complaints import Refused

    now = datetime.now(UTC)
    asked = wanted(**options, now=now)
    if asked.says_nothing != everything:
        raise Refused(
            "Say which executions to delete, such as --until 30d; or --all, alone."
            if asked.says_nothing
            else "--all goes with no other condition."
        )
    with workspace_at(workspace) as found:
        summaries = asked.find(found.history, -1)
        busy = at_work(summaries)
        summaries = [each for each in summaries if each not in busy]
        if busy:
            click.echo(f"{len(busy)} at work: left alone.", err=True)
        if not summaries:
            click.echo("No execution matches.", err=True)
            return
        if dry_run:
            print_table(summaries, now)
            return
        confirm(summaries, is_sure=yes)
        count = delete(found, summaries)
    click.echo(f"Deleted {count} execution{'s' if count != 1 else ''}.")
