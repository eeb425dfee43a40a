"""`tiercel triggers run`: the same as `tiercel run --trigger`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click


@click.command(name="run")
@click.argument("flow", metavar="FLOW")
@click.argument("trigger", metavar="TRIGGER")
@click.option("--date", metavar="DATE", help="The date that a schedule fires for; default: now.")
@click.option(
    "--event",
    "event_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The trigger's variables as a YAML or JSON map.",
)
@click.option(
    "--workspace", type=click.Path(exists=True, file_okay=False, path_type=Path), metavar="DIR", help="As for run."
)
@click.option(
    "--format", "format_name", type=click.Choice(["text", "json", "jsonl"]), default="text", show_default=True,
    help="As for tiercel run.",
)  # fmt: skip
@click.option("--kestra-version", type=click.Choice(["1.3", "2.0"]), help="Default: what tiercel.yaml says, else 2.0.")
@click.pass_context
def command(context: click.Context, /, **given: Any) -> None:
    """Run FLOW, a YAML file, as if TRIGGER had fired: with its inputs, its labels, its variables."""
    from tiercel_server.cli.commands import run

    context.invoke(run.command, no_prompt=True, plan=False, watch=False, log_level="INFO", **given)
