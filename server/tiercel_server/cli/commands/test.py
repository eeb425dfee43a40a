"""`tiercel test`: runs unit tests of flows, in Kestra's format."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from tiercel_schemas.versions import KestraVersion

REFUSED = 2
INTERRUPTED = 130
_FILE = click.Path(dir_okay=False, path_type=Path)

_EPILOG = """\b
Examples:
  tiercel test                            all suites below this folder
  tiercel test tests/etl_tests.yaml --filter transforms_names
  tiercel test --format junit -o report.xml
  tiercel test --coverage --coverage-html coverage.html
  tiercel test --list --format jsonl      the cases with their places
  tiercel test record last > tests/etl_tests.yaml

Exit code: 0 when all that ran is as it should be, 1 when a case failed or was in error, 2 for misuse: a path that
is not there, no suite or no case, a suite that can't be used; 130 when left by Ctrl-C."""


class _TestCommand(click.Command):
    """A command of paths that has one subcommand, `record`."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """The context of `record` where that is asked for, and no file is called so."""
        if args[:1] == ["record"] and not Path("record").exists():
            from tiercel_server.cli.testing.record_command import command as record

            return record.make_context(f"{info_name} record", args[1:], parent, **extra)
        return super().make_context(info_name, args, parent, **extra)


@click.command(cls=_TestCommand, name="test", epilog=_EPILOG)
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option(
    "--format",
    "format_name",
    type=click.Choice(["text", "json", "jsonl", "junit"]),
    default="text",
    show_default=True,
    help="Report format; jsonl tells each case as it begins and ends.",
)
@click.option("--output-file", "-o", type=_FILE, help="Write the report there.")
@click.option(
    "--filter", "filters", multiple=True, metavar="TEXT", help="Only cases whose id holds it, is it, or fits its globs."
)
@click.option("--list", "lists", is_flag=True, help="Run nothing: list the cases with their places.")
@click.option("--jobs", "-j", type=click.IntRange(1, 256), default=4, show_default=True, help="Cases run side by side.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0),
    default=300.0,
    show_default=True,
    metavar="SECONDS",
    help="How long a case may take; 0 for no limit.",
)
@click.option("--fail-fast", is_flag=True, help="Begin no case after one that failed.")
@click.option("--update-snapshots", is_flag=True, help="Keep the values of now as the snapshots.")
@click.option("--coverage", is_flag=True, help="Say which tasks and branches were reached.")
@click.option("--coverage-html", type=_FILE, metavar="FILE", help="Write coverage as a page of its own.")
@click.option("--keep", is_flag=True, help="Keep the executions in the history of the workspace.")
@click.option("--watch", is_flag=True, help="Run again when a file of the workspace changes, until Ctrl-C.")
@click.option("--runner", type=click.Choice(["auto", "process", "docker"]), help="Where script tasks run.")
@click.option(
    "--workspace",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="Where the flows are; default: the folder of tiercel.yaml, else this one.",
)
@click.option("--stdin-filename", metavar="NAME", help="The name of what `-` reads, which says where it is at home.")
@click.option(
    "--kestra-version",
    type=click.Choice([version.value for version in KestraVersion]),
    help="The line of Kestra; before tiercel.yaml's, before the default 2.0.",
)
def command(**given: Any) -> None:
    """Run unit tests of flows: the suites in files and folders PATH, by default those below this folder.

    Tasks with a fixture don't run, all others do. Each case runs in a store of its own.
    """
    from tiercel_server.cli.running.complaints import Refused
    from tiercel_server.cli.testing.asking import Asked
    from tiercel_server.cli.testing.performing import list_cases, perform

    asked = Asked.of(given)
    if asked.watches and ("-" in asked.paths or asked.format_name not in {"text", "jsonl"}):
        raise click.UsageError("--watch goes with --format text or jsonl, and with files")
    try:
        if asked.lists:
            sys.exit(list_cases(asked))
        if asked.watches:
            from tiercel_server.cli.testing.watching import watch

            sys.exit(watch(asked))
        sys.exit(perform(asked))
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except Refused as refusal:
        click.echo(f"Error: {refusal.lines[0]}", err=True)
        for line in refusal.lines[1:]:
            click.echo(line, err=True)
        sys.exit(REFUSED)
