"""`tiercel files cat`: the content of a file."""

from __future__ import annotations

from pathlib import Path

import click

from tiercel_server.cli.history.options import refusing, workspace_option
from tiercel_server.cli.namespacefiles.options import files_at
from tiercel_server.cli.project_services import namespace_option

_EPILOG = """\b
Examples:
  tiercel files cat sql/query.sql --namespace company.team
  tiercel files cat sql/query.sql --namespace company.team --version 1"""


@click.command(name="cat", epilog=_EPILOG)
@click.argument("path", metavar="PATH")
@namespace_option
@click.option("--version", type=click.IntRange(min=1), metavar="N", help="This version; the newest, if left out.")
@workspace_option
@refusing
def command(path: str, namespace: str, version: int | None, workspace: Path | None) -> None:
    """Print the content of the namespace file PATH, byte by byte."""
    with files_at(workspace) as files:
        content = files.read(namespace, path, version)
    click.echo(content, nl=False)
