"""`tiercel executions list`: what has been run, the newest first."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tiercel_server.cli.history.options import format_option, refusing, workspace_option
from tiercel_server.cli.history.searching import search_options, wanted

if TYPE_CHECKING:
    from tiercel_engine.store import Summary

_EPILOG = """\b
Examples:
  tiercel executions list --state FAILED --since 7d
  tiercel executions list --flow hello --label team=data --format json
  tiercel executions list --text 'connection refused'

Exit code: 0, also when nothing matches; 2 for a mistake in the command, or where nothing was run yet."""


@click.command(name="list", epilog=_EPILOG)
@search_options
@click.option(
    "--limit", type=click.IntRange(min=1), default=50, show_default=True, metavar="N", help="At most so many."
)
@format_option("text", "json", "jsonl")
@workspace_option
@refusing
def command(limit: int, format_name: str, workspace: Path | None, **options: Any) -> None:
    """List executions, the newest first; iterations of loops are left out."""
    from tiercel_server.cli.history.finding import workspace_at

    now = datetime.now(UTC)
    asked = wanted(**options, now=now)
    with workspace_at(workspace) as found:
        summaries = asked.find(found.history, limit)
    if format_name == "json":
        click.echo(json.dumps([_shape(summary) for summary in summaries], ensure_ascii=False, indent=2))
    elif format_name == "jsonl":
        for summary in summaries:
            click.echo(json.dumps(_shape(summary), ensure_ascii=False))
    elif summaries:
        print_table(summaries, now)
    else:
        click.echo("No execution matches.", err=True)


def _shape(summary: Summary) -> dict[str, Any]:
    """As Kestra's API gives an execution, with what a summary knows of it."""
    state = {"current": summary.state, "startDate": summary.start_date, "endDate": summary.end_date}
    shape: dict[str, Any] = {
        "id": summary.id,
        "namespace": summary.namespace,
        "flowId": summary.flow_id,
        "state": {name: value for name, value in state.items() if value is not None},
        "labels": [{"key": key, "value": value} for key, value in summary.labels.items()],
    }
    if summary.parent_id is not None:
        shape["parentId"] = summary.parent_id
    if summary.interrupted:
        shape["interrupted"] = True
    return shape


def print_table(summaries: Sequence[Summary], now: datetime) -> None:
    """Print a line for each."""
    from tiercel_server.cli.history.states import shown_state
    from tiercel_server.cli.running.views.wording import STYLES

    rows = [_row(summary, now) for summary in summaries]
    head = ("ID", "STATE", "STARTED", "TIME", "FLOW", "LABELS")
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    click.echo(_aligned(head, widths))
    for summary, row in zip(summaries, rows, strict=True):
        state = shown_state(summary)
        colour = STYLES.get(state)
        cells = _aligned(row, widths)
        painted = click.style(state, fg=colour if colour in _COLOURS else None)
        click.echo(cells.replace(state, painted, 1))


_COLOURS = frozenset({"green", "yellow", "red", "magenta", "cyan", "blue"})


def _aligned(row: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _row(summary: Summary, now: datetime) -> tuple[str, ...]:
    from tiercel_server.cli.history.moments import local_time
    from tiercel_server.cli.history.states import shown_state
    from tiercel_server.cli.running.views.wording import safe, seconds

    length = ""
    if summary.end_date is not None or not summary.interrupted:
        end = datetime.fromisoformat(summary.end_date) if summary.end_date is not None else now
        length = seconds((end - datetime.fromisoformat(summary.start_date)).total_seconds())
    labels = [f"{key}={value}" for key, value in summary.labels.items() if not key.startswith("system.")]
    return (
        summary.id,
        shown_state(summary),
        local_time(summary.start_date),
        length,
        f"{summary.namespace}.{summary.flow_id}",
        " ".join(safe(" ".join(label.split())) for label in labels),
    )
