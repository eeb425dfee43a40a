"""`tiercel executions resume`: lets an execution go on that waits at a Pause or a breakpoint."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tiercel_server.cli.history.options import format_option, id_argument, refusing, workspace_option
from tiercel_server.cli.history.taking_up import running_options

if TYPE_CHECKING:
    from tiercel_engine.core.records import Execution
    from tiercel_engine.core.states import State
    from tiercel_engine.runtime.requests import Continue, Resume

_EPILOG = """\b
Examples:
  tiercel executions resume last
  tiercel executions resume 4xTk --input approved=true --input reason='looks good'
  tiercel executions resume 4xTk --to FAILED

Exit code: 0 it goes on in its own process. Where that is gone it goes on here, with the exit codes of tiercel run. 2
when it does not wait, or an input is refused."""


@click.command(name="resume", epilog=_EPILOG)
@id_argument
@click.option("--input", "-i", "inputs", multiple=True, metavar="NAME=VALUE", help="An input of the Pause's onResume.")
@click.option(
    "--inputs-file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Inputs as a YAML or JSON map; --input comes before it.",
)
@click.option("--to", metavar="STATE", default="SUCCESS", show_default=True, help="The state that the Pause ends in.")
@format_option("text", "json", "jsonl")
@running_options
@workspace_option
@refusing
def command(  # noqa: PLR0913, PLR0917  (one parameter per option)
    execution_id: str,
    inputs: tuple[str, ...],
    inputs_file: Path | None,
    to: str,
    format_name: str,
    runner: str | None,
    max_parallel: int | None,
    log_level: str,
    workspace: Path | None,
) -> None:
    """Let execution ID go on from the Pause, or the breakpoint, at which it waits.

    ID may be shortened as long as one execution only begins so; `last` is the newest.
    """
    from tiercel_engine.runtime import ask, resume_flow
    from tiercel_engine.runtime.requests import Resume
    from tiercel_server.cli.history.finding import named, workspace_at
    from tiercel_server.cli.history.story import Family
    from tiercel_server.cli.history.taking_up import Way, no_longer
    from tiercel_server.cli.running.given_inputs import given_inputs

    given = Resume(given_inputs(inputs, inputs_file), _state(to))
    with workspace_at(workspace) as found:
        summary = named(found.history, execution_id)
        family = Family(found.history, summary.id)
        told = [line for line in family.read_on() if line["event"] != "log"]
        execution = family.main.known
        given = replace(given, inputs=_completed(execution, given.inputs))
        request = _fitting(execution, given)
        if not summary.interrupted:
            with no_longer(summary.id):
                ask(found.history, summary.id, request)
            click.echo(f"Execution {summary.id} goes on.")
            return
    name = execution.id
    way = Way(format_name, runner, max_parallel, log_level)
    sys.exit(way.take_up(execution, found.place, lambda here, tell: resume_flow(name, here, tell, given), told))


def _state(name: str) -> State:
    from tiercel_engine.core.states import State
    from tiercel_server.cli.running.complaints import Refused

    state = State.__members__.get(name.upper())
    if state is None or not state.terminated:
        raise Refused(f"'--to {name}' is no state that a Pause ends in.", "Such are SUCCESS, FAILED, CANCELLED.")
    return state


def _completed(execution: Execution, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """The inputs with the defaults of those left out, as Kestra's server fills them in; raises `Refused`."""
    from tiercel_engine.core.states import State
    from tiercel_engine.expressions import Renderer
    from tiercel_engine.inputs import InputError, resolve_inputs
    from tiercel_engine.runtime.jsonable import jsonable
    from tiercel_schemas.model.flowables import Pause
    from tiercel_server.cli.evaluating.surroundings import CommandLineServices
    from tiercel_server.cli.running.complaints import Refused
    from tiercel_server.cli.running.given_inputs import input_complaints

    flow = execution.flow
    paused = (run for run in execution.ordered_task_runs() if run.state is State.PAUSED)
    pause = next((execution.plan.tasks[run.task_id].task for run in paused), None)
    if not isinstance(pause, Pause) or not pause.on_resume:
        return given
    outputs = {run.task_id: jsonable(run.outputs) for run in execution.ordered_task_runs() if run.outputs}
    context = {
        "flow": {"id": flow.id, "namespace": flow.namespace, "revision": flow.revision or 1, "tenantId": "main"},
        "inputs": jsonable(execution.inputs),
        "vars": jsonable(execution.variables),
        "outputs": outputs,
    }
    try:
        resolved = resolve_inputs(
            pause.on_resume,
            given,
            version=flow.version,
            rendering=Renderer(flow.version, CommandLineServices()),
            context=context,
            store_file=lambda _, value: str(value),
        )
    except InputError as error:
        raise Refused(f"The inputs that '{pause.id}' asks for can't be used:", *input_complaints(error)) from error
    defaults = {name: value for name, value in resolved.values.items() if name not in given and value is not None}
    return {**defaults, **given}


def _fitting(execution: Execution, given: Resume) -> Resume | Continue:
    """What is to be asked, by what the execution waits for; raises `Refused`."""
    from tiercel_engine.core.states import State
    from tiercel_engine.runtime.requests import Continue
    from tiercel_server.cli.running.complaints import Refused

    if execution.state is State.BREAKPOINT:
        return Continue()
    if execution.state is State.PAUSED:
        return given
    at_pause = any(run.state is State.PAUSED for run in execution.task_runs.values())
    if execution.sealed:
        raise Refused(f"Execution {execution.id} has ended in {execution.state}: it does not wait for anybody.")
    raise Refused(
        f"Execution {execution.id} is {execution.state}: it does not wait for anybody.",
        *(["One of its tasks is paused while others are at work; it can be resumed when these are done."] * at_pause),
    )
