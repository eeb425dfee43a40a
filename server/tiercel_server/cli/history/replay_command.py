"""`tiercel executions replay`: runs an execution again as a new one, from its start or from a task."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tiercel_server.cli.history.options import format_option, id_argument, refusing, workspace_option
from tiercel_server.cli.history.taking_up import running_options

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tiercel_engine.core.records import Execution

_EPILOG = """\b
Examples:
  tiercel executions replay last
  tiercel executions replay last --from transform
  tiercel executions replay 4xTk --input day=2026-01-31
  tiercel executions replay 4xTk --flow report.yaml

Exit code: as of tiercel run: 0 when the new execution ends in SUCCESS or WARNING, 1 when it ends in any other state, 2
when it was not started."""


@click.command(name="replay", epilog=_EPILOG)
@id_argument
@click.option("--from", "first", metavar="TASK", help="Begin at this task, `TASK[VALUE]` for one run of several.")
@click.option(
    "--input", "-i", "inputs", multiple=True, metavar="NAME=VALUE", help="Another value for an input; the rest stays."
)
@click.option(
    "--inputs-file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Inputs as a YAML or JSON map; --input comes before it.",
)
@click.option("--flow", "flow_file", metavar="FLOW", help="Run the flow as it is in this file now.")
@click.option("--breakpoint", "breakpoints", multiple=True, metavar="TASK", help="Stop before it until resumed.")
@format_option("text", "json", "jsonl")
@running_options
@workspace_option
@refusing
def command(  # noqa: PLR0913, PLR0917  (one parameter per option)
    execution_id: str,
    first: str | None,
    inputs: tuple[str, ...],
    inputs_file: Path | None,
    flow_file: str | None,
    breakpoints: tuple[str, ...],
    format_name: str,
    runner: str | None,
    max_parallel: int | None,
    log_level: str,
    workspace: Path | None,
) -> None:
    """Run execution ID again, as a new execution; with --from, what ran before that task is taken over.

    ID may be shortened as long as one execution only begins so; `last` is the newest.
    """
    from tiercel_engine.core.wishes import Breakpoint
    from tiercel_engine.runtime import Replay, replay_flow
    from tiercel_server.cli.history.finding import named, workspace_at
    from tiercel_server.cli.history.revisions import flow_in
    from tiercel_server.cli.history.taking_up import Way
    from tiercel_server.cli.history.task_runs import task_run_named
    from tiercel_server.cli.running.complaints import Refused

    with workspace_at(workspace) as found:
        summary = named(found.history, execution_id)
        execution = found.history.execution(summary.id)
    if execution is None:
        raise Refused("The history holds nothing of what it did.")
    _refuse_unended(execution)
    flow = flow_in(flow_file, execution) if flow_file is not None else None
    replay = Replay(
        task_run_named(execution, first).id if first is not None else None,
        flow,
        _inputs(execution, inputs, inputs_file),
        tuple(Breakpoint(name) for name in breakpoints),
    )
    name = execution.id
    way = Way(format_name, runner, max_parallel, log_level)
    sys.exit(way.take_up(execution, found.place, lambda here, tell: replay_flow(name, here, tell, replay), flow=flow))


def _refuse_unended(execution: Execution) -> None:
    from tiercel_server.cli.running.complaints import Refused

    if execution.loop_run is not None:
        raise Refused(
            f"{execution.id} is an iteration of a Loop in execution {execution.parent_id}.",
            f"`tiercel executions replay {execution.parent_id}` runs that again.",
        )
    if not execution.state.terminated:
        raise Refused(
            f"Execution {execution.id} is {execution.state}: only one that has ended can be replayed.",
            f"`tiercel executions restart {execution.id}` lets one that was interrupted go on.",
        )


def _inputs(execution: Execution, pairs: tuple[str, ...], file: Path | None) -> Mapping[str, Any] | None:
    """All inputs of the new execution, None for those of the old one."""
    from tiercel_engine.runtime.jsonable import jsonable
    from tiercel_server.cli.running.given_inputs import given_inputs

    given = given_inputs(pairs, file)
    if not given:
        return None
    return {**{name: value for name, value in jsonable(execution.inputs).items() if value is not None}, **given}
