"""`tiercel files tree`: the folders of a namespace."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from tiercel_server.cli.history.options import refusing, workspace_option
from tiercel_server.cli.namespacefiles.options import files_at
from tiercel_server.cli.project_services import namespace_option


@click.command(name="tree")
@namespace_option
@workspace_option
@refusing
def command(namespace: str, workspace: Path | None) -> None:
    """Show the files that flows of a namespace see, folder by folder."""
    with files_at(workspace) as files:
        paths = files.list(namespace)
    click.echo(namespace)
    for line in _lines(_nested(paths), ""):
        click.echo(line)


def _nested(paths: list[str]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for path in paths:
        place = tree
        for step in path.split("/"):
            place = place.setdefault(step, {})
    return tree


def _lines(tree: dict[str, Any], indent: str) -> Iterator[str]:
    for number, (name, inner) in enumerate(sorted(tree.items())):
        last = number == len(tree) - 1
        yield f"{indent}{'└── ' if last else '├── '}{name}{'/' if inner else ''}"
        yield from _lines(inner, indent + ("    " if last else "│   "))
