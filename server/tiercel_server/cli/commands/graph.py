"""`tiercel graph`: show what runs when, as a picture, a diagram or a tree."""

from __future__ import annotations

from pathlib import Path

import click

from tiercel_schemas.versions import KestraVersion
from tiercel_server.cli.graphs import formats

_EPILOG = """\b
Examples:
  tiercel graph report.yaml                            a tree in the terminal
  tiercel graph report.yaml --format svg -o report.svg a picture
  tiercel graph report.yaml --format mermaid           for Markdown
  tiercel graph report.yaml --depth 1                  with its subflows
  tiercel graph flows/                                 which flow starts which

Exit code: 0, or 2 for a mistake in the command or a file without a flow."""


@click.command(name="graph", epilog=_EPILOG)
@click.argument("path", metavar="FLOW|FOLDER", default=".")
@click.option("--format", "format_name", type=click.Choice(formats()), help="By default text, or as --output ends.")
@click.option("--flow", "flow_id", metavar="ID", help="The flow to show, where the file holds several.")
@click.option(
    "--depth",
    type=click.IntRange(0, 20),
    default=0,
    show_default=True,
    help="Show subflows of the workspace inside their tasks, so many calls deep.",
)
@click.option(
    "--workspace",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="Where subflows are; by default the folder of the nearest tiercel.yaml, or of the flow.",
)
@click.option(
    "--kestra-version",
    type=click.Choice([version.value for version in KestraVersion]),
    help="The line of Kestra; before tiercel.yaml's, before the default 2.0.",
)
@click.option(
    "--output", "-o", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write the graph there."
)
def command(
    path: str,
    format_name: str | None,
    flow_id: str | None,
    depth: int,
    workspace: Path | None,
    kestra_version: str | None,
    output: Path | None,
) -> None:
    """Show what runs when in a flow; for a FOLDER, which of its flows start one another.

    FLOW is a file, or - for standard input.
    """
    from tiercel_server.cli.graphs import render
    from tiercel_server.cli.graphs.reading import folder_graph, read_flow_graph
    from tiercel_server.cli.running.complaints import Refused

    version = KestraVersion(kestra_version) if kestra_version else None
    if format_name is None:
        ending = output.suffix.lstrip(".") if output is not None else ""
        format_name = {"mmd": "mermaid", "gv": "dot"}.get(ending, ending if ending in formats() else "text")
    try:
        if Path(path).is_dir():
            graph = folder_graph(Path(path), version)
        else:
            graph = read_flow_graph(path, flow_id, version, workspace, depth)
    except Refused as refusal:
        first, *rest = refusal.lines
        click.echo(f"Error: {first}", err=True)
        for line in rest:
            click.echo(line, err=True)
        raise SystemExit(2) from None
    # What is no text of a file may come from escapes in a flow.
    text = "".join(f"{line}\n" for line in render(format_name, graph)).encode("utf-8", "replace").decode("utf-8")
    if output is None:
        click.echo(text, nl=False)
        return
    try:
        output.write_text(click.unstyle(text), encoding="utf-8")
    except OSError as error:
        raise click.UsageError(f"The graph can't be written to '{output}': {error.strerror}.") from None
