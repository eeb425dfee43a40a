"""`tiercel kv delete`: a pair removed."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from tiercel_server.cli.history.options import refusing, workspace_option
from tiercel_server.cli.project_services import namespace_option

_EPILOG = """\b
Example:
  tiercel kv delete limit --namespace company.team

Exit code: 0, or 1 where there was no such key."""


@click.command(name="delete", epilog=_EPILOG)
@click.argument("key", metavar="KEY")
@namespace_option
@workspace_option
@refusing
def command(key: str, namespace: str, workspace: Path | None) -> None:
    """Remove KEY and its value."""
    from tiercel_engine.storage import KvError
    from tiercel_server.cli.project_services import services_at
    from tiercel_server.cli.running.complaints import Refused

    found = services_at(workspace)
    try:
        deleted = found.services.kv.delete(namespace, key)
    except KvError as error:
        raise Refused(f"{error}.") from error
    if not deleted:
        click.echo(f"The key '{key}' does not exist in the namespace '{namespace}'.", err=True)
        sys.exit(1)
    settings = found.project.namespaces.get(namespace)
    if settings is not None and key in settings.kv:
        click.echo(f"tiercel.yaml names '{key}', so the next command puts it in place again.", err=True)
