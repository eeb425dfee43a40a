"""`tiercel files put`: a file stored."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from tiercel_server.cli.history.options import refusing, workspace_option
from tiercel_server.cli.namespacefiles.options import files_at
from tiercel_server.cli.project_services import namespace_option

_EPILOG = """\b
Examples:
  tiercel files put query.sql --namespace company.team
  tiercel files put query.sql sql/daily.sql --namespace company.team
  echo 'select 1' | tiercel files put - sql/one.sql --namespace company.team"""


@click.command(name="put", epilog=_EPILOG)
@click.argument("source", metavar="FILE")
@click.argument("path", metavar="PATH", required=False)
@namespace_option
@workspace_option
@refusing
def command(source: str, path: str | None, namespace: str, workspace: Path | None) -> None:
    """Store FILE (- for standard input) as the namespace file PATH, by default under its own name."""
    from tiercel_server.cli.running.complaints import Refused

    if source == "-" and path is None:
        raise Refused("Standard input has no name: give a PATH.")
    local = Path(source)
    if source != "-" and not local.is_file():
        raise Refused(f"{local} is a folder." if local.is_dir() else f"There is no file {local}.")
    target = path or local.name
    with files_at(workspace) as files:
        files.write(namespace, target, sys.stdin.buffer.read() if source == "-" else local)
        current = files.versions(namespace, target).current
    click.echo(f"{namespace}: {target.lstrip('/')} is version {current} now.", err=True)
