"""`tiercel triggers list`: every trigger of a workspace, schedules with their next dates."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tiercel_server.cli.history.options import format_option, refusing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from tiercel_engine.triggers.seeing import Sight
    from tiercel_schemas.model import Flow
    from tiercel_schemas.model.trigger import Trigger


@click.command(name="list")
@click.argument(
    "folder", metavar="[DIR]", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path)
)
@click.option("--count", type=click.IntRange(1, 1000), default=1, show_default=True, help="Dates of each schedule.")
@click.option("--after", metavar="DATE", help="The dates after this moment; default: now.")
@click.option("--namespace", "-n", metavar="NAME", help="Only this namespace.")
@format_option("text", "json")
@refusing
def command(folder: Path | None, count: int, after: str | None, namespace: str | None, format_name: str) -> None:
    """List the triggers of the flows below DIR (default: this folder)."""
    from datetime import UTC, datetime

    from tiercel_server.cli.columns import aligned
    from tiercel_server.cli.running.firing import moment_of

    moment = moment_of(after) if after is not None else datetime.now(UTC)
    found = [each for each in _listed(folder, moment, count) if namespace in {None, each["namespace"]}]
    if format_name == "json":
        click.echo(json.dumps(found, indent=2, ensure_ascii=False))
        return
    if not found:
        click.echo("No triggers.", err=True)
        return
    rows = [
        (f"{each['namespace']}.{each['flowId']}", each["triggerId"], each["type"].rpartition(".")[2], _next(each))
        for each in found
    ]
    for line in aligned(("flow", "trigger", "type", "next"), rows):
        click.echo(line)


def _next(each: dict[str, Any]) -> str:
    if each["disabled"]:
        return "disabled"
    if "problem" in each:
        return f"can't be read: {each['problem']}"
    if "next" not in each:
        return ""
    return ", ".join(each["next"]) or "never"


def _listed(folder: Path | None, moment: datetime, count: int) -> Iterator[dict[str, Any]]:
    from tiercel_engine.runtime import Surroundings
    from tiercel_engine.triggers.seeing import sight_of
    from tiercel_schemas.versions import KestraVersion
    from tiercel_server.cli.running.place import find_place
    from tiercel_server.cli.running.preparing import neighbours_in, planned_services, project_at

    place = find_place(folder, Path.cwd())
    project = project_at(place.project_file)
    flows = neighbours_in(place.root, project.kestra_version or KestraVersion.V2_0, project).all()
    around = Surroundings(planned_services(place.root, project, None), globals=project.globals, envs=project.envs)
    for _, flow in sorted(flows.items()):
        for trigger in flow.triggers:
            yield _described(flow, trigger, sight_of(flow, around), moment, count)


def _described(flow: Flow, trigger: Trigger, sight: Sight, moment: datetime, count: int) -> dict[str, Any]:
    from tiercel_engine.expressions import RenderError
    from tiercel_engine.triggers.schedule import DATES, SCHEDULE, ScheduleError, read_schedule
    from tiercel_engine.triggers.schedule.variables import bare_variables, date_text

    found: dict[str, Any] = {
        "namespace": flow.namespace,
        "flowId": flow.id,
        "triggerId": trigger.id,
        "type": trigger.type,
        "disabled": trigger.disabled or flow.disabled,
    }
    if trigger.type not in {SCHEDULE, DATES}:
        return found
    try:
        schedule = read_schedule(trigger, sight.render)

        def holds(date: datetime) -> bool:
            return sight.admits(trigger, bare_variables(date.astimezone(schedule.zone)))

        dates: list[str] = []
        date: datetime | None = moment
        while len(dates) < count and date is not None and (date := schedule.next_date(date, holds)) is not None:
            dates.append(date_text(date.astimezone(schedule.zone)))
        found["next"] = dates
    except (ScheduleError, RenderError, ValueError) as error:
        found["problem"] = getattr(error, "message", None) or str(error)
    return found
