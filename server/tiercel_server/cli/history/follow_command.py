"""`tiercel executions follow`: watches an execution of another process, as `tiercel run` shows its own."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tiercel_server.cli.history.options import format_option, id_argument, refusing, workspace_option

if TYPE_CHECKING:
    from tiercel_server.cli.history.story import Family
    from tiercel_server.cli.running.views import View

LEFT = 130

_EPILOG = """\b
Examples:
  tiercel executions follow last
  tiercel executions follow 4xTk --format jsonl

Exit code: as of tiercel run: 0 when the execution ends in SUCCESS or WARNING, 1 when it ends in any other state or was
interrupted, 2 no such execution; 130 left by Ctrl-C, which does nothing to the execution."""


@click.command(name="follow", epilog=_EPILOG)
@id_argument
@format_option("text", "json", "jsonl")
@click.option(
    "--log-level",
    type=click.Choice(["TRACE", "DEBUG", "INFO", "WARN", "ERROR"]),
    default="INFO",
    show_default=True,
    help="The least level that --format text shows.",
)
@workspace_option
@refusing
def command(execution_id: str, format_name: str, log_level: str, workspace: Path | None) -> None:
    """Watch execution ID until it ends; one that has ended is told from its beginning.

    ID may be shortened as long as one execution only begins so; `last` is the newest.
    """
    from tiercel_server.cli.history.finding import named, workspace_at
    from tiercel_server.cli.history.story import Family
    from tiercel_server.cli.running.views import view_for

    with workspace_at(workspace) as found:
        family = Family(found.history, named(found.history, execution_id).id)
        try:
            view = view_for(format_name, log_level)
            try:
                has_ended_well = _watch(family, view)
            finally:
                view.close()
        except KeyboardInterrupt:
            sys.exit(LEFT)
        if not family.main.known.sealed:
            click.echo(f"It was interrupted; `tiercel executions restart {family.main.id}` lets it go on.", err=True)
    sys.exit(0 if has_ended_well else 1)


def _watch(family: Family, view: View) -> bool:
    """Show what comes until the end; whether the execution ended well."""
    from tiercel_server.cli.history.logs_command import followed
    from tiercel_server.cli.history.story import finished_line
    from tiercel_server.cli.running.progress import GOOD_ENDS

    told: set[str] = set()
    for lines in followed(family):
        for line in lines:
            view.take(line)
        for story in reversed(family.stories.values()):
            if story.execution is not None and story.execution.sealed and story.id not in told:
                told.add(story.id)
                view.take(finished_line(story.execution))
    main = family.main.known
    return main.sealed and main.state in GOOD_ENDS
