"""`tiercel executions delete`: removes executions with all that they left."""

from __future__ import annotations

from pathlib import Path

import click

from tiercel_server.cli.history.options import refusing, workspace_option

_EPILOG = """\b
Examples:
  tiercel executions delete last
  tiercel executions delete 4xTk 7hQm --yes

Exit code: 0 deleted, 1 not confirmed, 2 no such execution, one at work, or nobody to confirm."""


@click.command(name="delete", epilog=_EPILOG)
@click.argument("execution_ids", metavar="ID...", nargs=-1, required=True)
@click.option("--yes", "-y", is_flag=True, help="Don't ask.")
@workspace_option
@refusing
def command(execution_ids: tuple[str, ...], workspace: Path | None, *, yes: bool) -> None:
    """Delete executions with their iterations, logs and files; subflows that they called stay.

    ID may be shortened as long as one execution only begins so; `last` is the newest.
    """
    from tiercel_server.cli.history.deletion import at_work, confirm, delete
    from tiercel_server.cli.history.finding import named, workspace_at
    from tiercel_server.cli.running.complaints import Refused

    with workspace_at(workspace) as found:
        summaries = list({each.id: each for each in (named(found.history, name) for name in execution_ids)}.values())
        for each in summaries:
            if each.kind is not None:
                raise Refused(
                    f"{each.id} is an iteration of a Loop in execution {each.parent_id}.",
                    f"`tiercel executions delete {each.parent_id}` deletes both.",
                )
        if busy := at_work(summaries):
            raise Refused(
                f"Execution {busy[0].id} is still at work.", f"`tiercel executions kill {busy[0].id}` ends it."
            )
        confirm(summaries, is_sure=yes)
        count = delete(found, summaries)
    click.echo(f"Deleted {count} execution{'s' if count != 1 else ''}.")
