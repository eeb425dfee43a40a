"""`tiercel files rm`: a file removed."""

from __future__ import annotations

from pathlib import Path

import click

from tiercel_server.cli.history.options import refusing, workspace_option
from tiercel_server.cli.namespacefiles.options import files_at
from tiercel_server.cli.project_services import namespace_option


@click.command(name="rm")
@click.argument("path", metavar="PATH")
@namespace_option
@workspace_option
@refusing
def command(path: str, namespace: str, workspace: Path | None) -> None:
    """Remove the namespace file PATH; its versions can still be read by number."""
    from tiercel_server.cli.running.complaints import Refused

    with files_at(workspace) as files:
        deleted = files.delete(namespace, path)
        remains = files.exists(namespace, path)
    if not deleted and remains:
        raise Refused(f"'{path}' lies in the folder that tiercel.yaml names for '{namespace}': remove it there.")
    if not deleted:
        raise Refused(f"File '/{path.lstrip('/')}' was not found in namespace '{namespace}'.")
    if remains:
        click.echo(f"The one in the folder that tiercel.yaml names for '{namespace}' counts again.", err=True)
