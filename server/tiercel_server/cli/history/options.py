"""What the subcommands have in common on the command line."""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

REFUSED = 2

workspace_option = click.option(
    "--workspace",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="The folder with .tiercel/; default: the folder of tiercel.yaml, else this one.",
)
id_argument = click.argument("execution_id", metavar="ID")


def format_option(*names: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """`--format` with these names, the first one is the default."""
    return click.option(
        "--format", "format_name", type=click.Choice(names), default=names[0], show_default=True, help="How to print."
    )


def refusing(command: Callable[..., None]) -> Callable[..., None]:
    """Turn `Refused` into its message and exit code 2; its events go first to readers of `--format jsonl`."""

    @functools.wraps(command)
    def wrapped(*arguments: Any, **named: Any) -> None:
        from tiercel_server.cli.running.complaints import Refused

        try:
            command(*arguments, **named)
        except Refused as refusal:
            if named.get("format_name") == "jsonl":
                for event in refusal.events:
                    click.echo(json.dumps(event, ensure_ascii=False))
            click.echo(f"Error: {refusal.lines[0]}", err=True)
            for line in refusal.lines[1:]:
                click.echo(line, err=True)
            sys.exit(REFUSED)

    return wrapped
