"""`tiercel executions list`: what has been run, the newest first."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tiercel_server.cli.history.options import format_option, refusing, workspace_option

if TYPE_CHECKING:
    from tiercel_engine.store import History, Search, Summary

_EPILOG = """\b
Examples:
  tiercel executions list --state FAILED --since 7d
  tiercel executions list --flow hello --label team=data --format json

Exit code: 0, also when nothing matches; 2 for a mistake in the command, or where nothing was run yet."""


@click.command(name="list", epilog=_EPILOG)
@click.option("--flow", "flow_id", metavar="ID", help="Of this flow.")
@click.option("--namespace", metavar="NAME", help="Of flows in this namespace.")
@click.option(
    "--state",
    "states",
    multiple=True,
    metavar="STATE",
    help="In this state, INTERRUPTED too; one of several, if given.",
)
@click.option(
    "--label", "-l", "labels", multiple=True, metavar="KEY=VALUE", help="With this label; with all, if given."
)
@click.option("--since", metavar="WHEN", help="Started then or later: a date, or how long ago (2h, 7d, PT30M).")
@click.option("--until", metavar="WHEN", help="Started before then.")
@click.option(
    "--limit", type=click.IntRange(min=1), default=50, show_default=True, metavar="N", help="At most so many."
)
@format_option("text", "json")
@workspace_option
@refusing
def command(  # noqa: PLR0913, PLR0917  (one parameter per option)
    flow_id: str | None,
    namespace: str | None,
    states: tuple[str, ...],
    labels: tuple[str, ...],
    since: str | None,
    until: str | None,
    limit: int,
    format_name: str,
    workspace: Path | None,
) -> None:
    """List executions, the newest first; iterations of loops are left out."""
    from tiercel_engine.store import Search
    from tiercel_server.cli.history.finding import workspace_at

    now = datetime.now(UTC)
    search = Search(
        namespace=namespace,
        flow_id=flow_id,
        labels=_labels(labels),
        since=_instant(since, now),
        until=_instant(until, now),
        limit=limit,
    )
    wanted = _states(states)
    with workspace_at(workspace) as found:
        summaries = _find(found.history, search, wanted)
    if format_name == "json":
        click.echo(json.dumps([_shape(summary) for summary in summaries], ensure_ascii=False, indent=2))
    elif summaries:
        _print_table(summaries, now)
    else:
        click.echo("No execution matches.", err=True)


def _find(history: History, search: Search, wanted: frozenset[str]) -> list[Summary]:
    """What matches, with the states that are shown: whether one was interrupted, no query can tell."""
    from tiercel_server.cli.history.states import INTERRUPTED, shown_state

    stored = () if INTERRUPTED in wanted else tuple(sorted(wanted))
    asked = replace(search, states=stored)
    while True:
        rows = history.find(asked)
        found = [row for row in rows if not wanted or shown_state(row) in wanted]
        if len(found) >= search.limit or len(rows) < asked.limit:
            return found[: search.limit]
        asked = replace(asked, limit=asked.limit * 4)


def _states(given: Sequence[str]) -> frozenset[str]:
    from tiercel_engine.core.states import State
    from tiercel_server.cli.history.states import INTERRUPTED
    from tiercel_server.cli.running.complaints import Refused

    known = [INTERRUPTED, *State]
    wanted = frozenset(state.upper() for state in given)
    if unknown := sorted(wanted - set(known)):
        raise Refused(f"'--state {unknown[0]}' is no state.", f"States are {', '.join(known)}.")
    return wanted


def _labels(pairs: Sequence[str]) -> Mapping[str, str]:
    from tiercel_server.cli.running.complaints import Refused

    labels = {}
    for pair in pairs:
        key, separator, value = pair.partition("=")
        if not separator or not key:
            raise Refused(f"'--label {pair}' is no KEY=VALUE.", "Example: --label team=data")
        labels[key] = value
    return labels


def _instant(text: str | None, now: datetime) -> str | None:
    from tiercel_engine.core.api_shape import iso
    from tiercel_server.cli.history.moments import moment
    from tiercel_server.cli.running.complaints import Refused

    if text is None:
        return None
    try:
        return iso(moment(text, now))
    except ValueError as error:
        raise Refused(f"{error}.") from error


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


def _print_table(summaries: Sequence[Summary], now: datetime) -> None:
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
