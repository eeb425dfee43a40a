"""`tiercel executions logs`: what an execution, and all that it started, wrote to the log."""

from __future__ import annotations

import difflib
import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tiercel_server.cli.history.options import format_option, id_argument, refusing, workspace_option

if TYPE_CHECKING:
    from tiercel_server.cli.history.story import Family, Line

POLL_SECONDS = 0.2
LEFT = 130

_EPILOG = """\b
Examples:
  tiercel executions logs last --level ERROR
  tiercel executions logs 4xTk --task load --follow

Exit code: 0 shown, 2 no such execution or task, 130 left by Ctrl-C while following."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which entries to print: of these tasks, of any when there are none, and of this level at least."""

    tasks: frozenset[str]
    level: str

    def lets(self, line: Line) -> bool:
        """Whether a line of the stream is such an entry."""
        from tiercel_server.cli.running.views.wording import shown

        return (
            line["event"] == "log"
            and shown(line["level"], self.level)
            and (not self.tasks or line.get("taskId") in self.tasks)
        )


@click.command(name="logs", epilog=_EPILOG)
@id_argument
@click.option("--task", "tasks", multiple=True, metavar="ID", help="Of this task; may be given several times.")
@click.option(
    "--level",
    type=click.Choice(["TRACE", "DEBUG", "INFO", "WARN", "ERROR"], case_sensitive=False),
    default="INFO",
    show_default=True,
    help="The least level.",
)
@click.option("--follow", "-f", is_flag=True, help="Wait for more until the execution ends.")
@format_option("text", "json", "jsonl")
@workspace_option
@refusing
def command(
    execution_id: str, tasks: tuple[str, ...], level: str, format_name: str, workspace: Path | None, *, follow: bool
) -> None:
    """Print the log of execution ID, and of the iterations and subflows that it started.

    ID may be shortened as long as one execution only begins so; `last` is the newest. json and jsonl give entries as
    Kestra's API does: a list at the end, or one a line as they come.
    """
    from tiercel_server.cli.history.finding import named, workspace_at
    from tiercel_server.cli.history.story import Family

    wanted = Filter(frozenset(tasks), level.upper())
    with workspace_at(workspace) as found:
        family = Family(found.history, named(found.history, execution_id).id)
        writer = _WRITERS[format_name](family)
        try:
            for lines in followed(family) if follow else [family.read_on()]:
                writer.write(lines, wanted)
        except KeyboardInterrupt:
            sys.exit(LEFT)
        _refuse_unknown(wanted.tasks, family)
    writer.close()


def followed(family: Family) -> Iterator[list[Line]]:
    """What is there, then what comes, until nothing of the family is at work any more."""
    yield family.read_on()
    while True:
        # Asked before reading, so that what was written last is read as well.
        at_work = family.at_work
        yield family.read_on()
        if not at_work:
            return
        time.sleep(POLL_SECONDS)


def _refuse_unknown(tasks: frozenset[str], family: Family) -> None:
    from tiercel_server.cli.running.complaints import Refused

    known = [task.id for story in family.stories.values() for task in story.known.flow.all_tasks()]
    for task in sorted(tasks.difference(known)):
        near = difflib.get_close_matches(task, known, n=1)
        hint = f" Did you mean '{near[0]}'?" if near else ""
        raise Refused(f"Execution {family.main.id} has no task '{task}'.{hint}")


class TextWriter:
    """A line per entry, with its time and the task runs that it comes from."""

    def __init__(self, _family: Family) -> None:
        from tiercel_server.cli.running.progress import Progress

        self._progress = Progress()

    def write(self, lines: list[Line], wanted: Filter) -> None:
        """Print the entries among the lines."""
        for line in lines:
            self._progress.take(line)
        for line in filter(wanted.lets, lines):
            self._print(line)

    def close(self) -> None:
        """Nothing is held back."""

    def _print(self, line: Line) -> None:
        from tiercel_server.cli.history.moments import local_time
        from tiercel_server.cli.running.views.wording import safe

        run = self._progress.task_line(line)
        where = f"{self._progress.path(run)} | " if run is not None else ""
        for text in safe(line["message"]).split("\n"):
            click.echo(f"{local_time(line['time'])} {line['level']:<5} {where}{text}")


class JsonLinesWriter:
    """A JSON object a line, in the shape of Kestra's API."""

    def __init__(self, family: Family) -> None:
        self._family = family

    def write(self, lines: list[Line], wanted: Filter) -> None:
        """Print the entries among the lines."""
        for line in filter(wanted.lets, lines):
            click.echo(json.dumps(_entry(line, self._family), ensure_ascii=False))

    def close(self) -> None:
        """Nothing is held back."""


class JsonWriter:
    """A JSON list at the end, in the shape of Kestra's API."""

    def __init__(self, family: Family) -> None:
        self._family = family
        self._entries: list[dict[str, Any]] = []

    def write(self, lines: list[Line], wanted: Filter) -> None:
        """Keep the entries among the lines."""
        self._entries += [_entry(line, self._family) for line in filter(wanted.lets, lines)]

    def close(self) -> None:
        """Print what was kept."""
        click.echo(json.dumps(self._entries, ensure_ascii=False, indent=2))


_WRITERS: Mapping[str, Callable[[Family], TextWriter | JsonLinesWriter | JsonWriter]] = {
    "text": TextWriter,
    "json": JsonWriter,
    "jsonl": JsonLinesWriter,
}


def _entry(line: Line, family: Family) -> dict[str, Any]:
    flow = family.stories[line["executionId"]].known.flow
    values = {
        "namespace": flow.namespace,
        "flowId": flow.id,
        "taskId": line.get("taskId"),
        "executionId": line["executionId"],
        "taskRunId": line.get("taskRunId"),
        "attemptNumber": line.get("attempt"),
        "timestamp": line["time"],
        "level": line["level"],
        "message": line["message"],
    }
    return {name: value for name, value in values.items() if value is not None}
