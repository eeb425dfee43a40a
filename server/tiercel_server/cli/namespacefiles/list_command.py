"""`tiercel files list`: which files a namespace has."""

from __future__ import annotations

import json
from pathlib import Path

import click

from tiercel_server.cli.history.options import format_option, refusing, workspace_option
from tiercel_server.cli.namespacefiles.options import files_at
from tiercel_server.cli.project_services import namespace_option

_EPILOG = """\b
Examples:
  tiercel files list --namespace company.team
  tiercel files list --namespace company.team --include '**.sql' --exclude 'old/**' --format json"""


@click.command(name="list", epilog=_EPILOG)
@namespace_option
@click.option(
    "--include", multiple=True, metavar="GLOB", help="Only files that one of these matches; ** crosses folders."
)
@click.option("--exclude", multiple=True, metavar="GLOB", help="No file that one of these matches.")
@format_option("text", "json")
@workspace_option
@refusing
def command(
    namespace: str, include: tuple[str, ...], exclude: tuple[str, ...], format_name: str, workspace: Path | None
) -> None:
    """List the files that flows of a namespace see; JSON is a list of {path, size, version}."""
    with files_at(workspace) as files:
        paths = files.list(namespace, include, exclude)
        if format_name == "text":
            for path in paths:
                click.echo(path)
            return
        rows = [
            {
                "path": path,
                "size": files.local(namespace, path).stat().st_size,
                "version": files.versions(namespace, path).current,
            }
            for path in paths
        ]
    click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
