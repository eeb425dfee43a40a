"""`tiercel test record`: makes a suite of a past execution, its leaf tasks replaced by what they put out then."""

from __future__ import annotations

import sys
from pathlib import Path

import click

_EPILOG = """\b
Examples:
  tiercel test record last > tests/etl_tests.yaml
  tiercel test record 2Kc9 --real transform -o tests/etl_tests.yaml

Exit code: 0 written, 2 no such execution, or one that no suite can be made of."""


@click.command(name="record", epilog=_EPILOG)
@click.argument("execution_id", metavar="EXECUTION")
@click.option("--id", "suite_id", metavar="ID", help="The suite's id; default: the flow's with _tests.")
@click.option("--case", "case_id", metavar="ID", default="recorded", show_default=True, help="The case's id.")
@click.option("--real", multiple=True, metavar="TASK", help="A task that is to run for real, without a fixture.")
@click.option("--mock-all", is_flag=True, help="Make fixtures of all tasks, those too that Kestra's core does alone.")
@click.option("--output-file", "-o", type=click.Path(dir_okay=False, path_type=Path), help="Write the suite there.")
@click.option(
    "--workspace",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="Whose history it is; default: that of this folder.",
)
def command(
    execution_id: str,
    suite_id: str | None,
    case_id: str,
    real: tuple[str, ...],
    output_file: Path | None,
    workspace: Path | None,
    *,
    mock_all: bool,
) -> None:
    """Print a suite with one case: the inputs and the trigger of EXECUTION, and fixtures for its tasks.

    Tasks of Kestra's core that only compute (Log, Return, If, loops) run for real; all others become fixtures, as they
    ended. EXECUTION is an id, the beginning of one, or `last`.
    """
    from tiercel_server.cli.history.finding import named, workspace_at
    from tiercel_server.cli.running.complaints import Refused
    from tiercel_server.cli.testing.recording import Recording, recorded_text, write_new

    try:
        with workspace_at(workspace) as found:
            execution = found.history.execution(named(found.history, execution_id).id)
        text = recorded_text(execution, Recording(suite_id, case_id, frozenset(real), mock_all))
        if output_file is None:
            click.echo(text, nl=False)
        else:
            write_new(output_file, text)
    except OSError as error:
        click.echo(f"Error: {output_file} can't be written: {error.strerror}.", err=True)
        sys.exit(2)
    except Refused as refusal:
        click.echo(f"Error: {refusal.lines[0]}", err=True)
        for line in refusal.lines[1:]:
            click.echo(line, err=True)
        sys.exit(2)
