"""Executions and all that they left: found, asked about, removed."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from tiercel_engine.store import Summary
    from tiercel_server.cli.history.finding import Workspace


def confirm(summaries: Sequence[Summary], *, is_sure: bool) -> None:
    """Ask whether to delete them, unless somebody is sure already; raises `Refused`, or leaves with exit code 1."""
    from tiercel_server.cli.history.list_command import print_table
    from tiercel_server.cli.running.complaints import Refused

    if is_sure:
        return
    if not sys.stdin.isatty():
        raise Refused("Nothing was deleted: nobody is there to confirm it.", "Add --yes to delete without being asked.")
    print_table(summaries, datetime.now(UTC))
    what = "this execution" if len(summaries) == 1 else f"these {len(summaries)} executions"
    if not click.confirm(f"Delete {what}, with logs and files?"):
        click.echo("Nothing was deleted.", err=True)
        sys.exit(1)


def delete(workspace: Workspace, summaries: Sequence[Summary]) -> int:
    """Remove them with their iterations, their logs and their files; the number of executions that went."""
    from tiercel_engine.storage.layout import execution_path
    from tiercel_schemas.model.project import STATE_FOLDER
    from tiercel_server.cli.history.finding import iterations_of

    storage = (workspace.place.root / STATE_FOLDER / "storage").resolve()
    for summary in summaries:
        for each in (*iterations_of(workspace.history, summary.id), summary):
            workspace.history.remove(each.id)
            folder = storage / execution_path(each.namespace, each.flow_id, each.id)
            if folder.resolve().is_relative_to(storage):
                shutil.rmtree(folder, ignore_errors=True)
    return len(summaries)


def at_work(summaries: Sequence[Summary]) -> list[Summary]:
    """Those that some process works on."""
    return [each for each in summaries if not each.interrupted and not each.finished]
