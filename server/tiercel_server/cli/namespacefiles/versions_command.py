"""`tiercel files versions`: the versions of a file."""

from __future__ import annotations

import json
from pathlib import Path

import click

from tiercel_server.cli.history.options import format_option, refusing, workspace_option
from tiercel_server.cli.namespacefiles.options import files_at
from tiercel_server.cli.project_services import namespace_option


@click.command(name="versions")
@click.argument("path", metavar="PATH")
@namespace_option
@format_option("text", "json")
@workspace_option
@refusing
def command(path: str, namespace: str, format_name: str, workspace: Path | None) -> None:
    """List the versions of the namespace file PATH, which read() takes as `revision` (1.3: `version`)."""
    from tiercel_server.cli.running.complaints import Refused

    with files_at(workspace) as files:
        known = files.versions(namespace, path)
        numbers = [*known.kept, *([known.current] if known.current is not None else [])]
        if not numbers:
            raise Refused(f"File '/{path.lstrip('/')}' was not found in namespace '{namespace}'.")
        sizes = {number: files.local(namespace, path, number).stat().st_size for number in numbers}
    if format_name == "json":
        rows = [{"version": each, "size": sizes[each], "current": each == known.current} for each in numbers]
        click.echo(json.dumps(rows, indent=2))
        return
    for number in numbers:
        mark = "  current" if number == known.current else ""
        click.echo(f"{number}  {sizes[number]} bytes{mark}")
