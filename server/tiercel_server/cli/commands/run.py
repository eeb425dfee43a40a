"""`tiercel run`: runs a flow on this machine and shows it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tiercel_schemas.versions import KestraVersion

if TYPE_CHECKING:
    from tiercel_server.cli.running.complaints import Refused
    from tiercel_server.cli.running.preparing import Wish

REFUSED = 2

_EPILOG = """\b
Examples:
  tiercel run hello.yaml
  tiercel run report.yaml --input day=2026-01-31 --label team=data
  tiercel run report.yaml --format jsonl | jq .event
  tiercel run report.yaml --plan
  tiercel run report.yaml --from transform --reuse last
  tiercel run report.yaml --trigger daily --date 2026-01-31T09:00:00Z
  tiercel run report.yaml --task transform --mock fetch='{"code": 200}'

Exit code: 0 when the execution ends in SUCCESS or WARNING, 1 when it ends in any other state, 2 when it was not
started: a mistake in the command or the flow, an input refused, a task that can't run here; 130 when it was left by a
second Ctrl-C, or the watch by one."""


def _count(_context: click.Context, _parameter: click.Parameter, text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and 0 < len(text) < 7 and int(text)):
        raise click.BadParameter(f"'{text}' is no number of tasks: give 1 or more.")
    return int(text)


@click.command(name="run", epilog=_EPILOG)
@click.argument("flow", metavar="FLOW")
@click.option("--flow", "flow_id", metavar="ID", help="The flow to run, where the file holds several.")
@click.option("--input", "-i", "inputs", multiple=True, metavar="NAME=VALUE", help="An input; a path for a FILE input.")
@click.option(
    "--inputs-file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Inputs as a YAML or JSON map; --input comes before it, TIERCEL_INPUT_NAME variables after it.",
)
@click.option("--no-prompt", is_flag=True, help="Ask for nothing: in a terminal, required inputs are asked for.")
@click.option("--label", "-l", "labels", multiple=True, metavar="KEY=VALUE", help="A label of the execution.")
@click.option(
    "--format",
    "format_name",
    type=click.Choice(["text", "json", "jsonl"]),
    default="text",
    show_default=True,
    help="text: for people; json: the finished execution; jsonl: each event as it comes.",
)
@click.option(
    "--runner",
    type=click.Choice(["auto", "process", "docker"]),
    help="Where script tasks run. auto: in containers where a Docker daemon answers, else as plain processes, which a "
    "notice says.",
)
@click.option(
    "--workspace",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="Where subflows and .tiercel/ are; default: the folder of tiercel.yaml, else that of FLOW.",
)
@click.option("--from", "first", metavar="TASK", help="Begin there; what stands before is taken from --reuse.")
@click.option("--to", "last", metavar="TASK", help="Run nothing after it, but for errors, finally and afterExecution.")
@click.option("--task", "only", metavar="TASK", help="Run only it, with what --reuse or --context lends.")
@click.option(
    "--reuse",
    metavar="ID",
    help="With --from or --task: the execution whose outputs stand for what does not run; default: last, of this flow.",
)
@click.option(
    "--context",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="With --task: outputs, inputs, vars and trigger for it, as a YAML or JSON map.",
)
@click.option(
    "--mock",
    "mocks",
    multiple=True,
    metavar="TASK=OUTPUTS",
    help="Don't run a task, or those of a type; OUTPUTS is a JSON map, a file, or an end state.",
)
@click.option(
    "--fixtures",
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="FILE",
    help="Stand-ins and inputs as in Kestra's flow unit tests: {tasks: [{id, outputs, state}], inputs}.",
)
@click.option("--breakpoint", "breakpoints", multiple=True, metavar="TASK", help="Stop before it until resumed.")
@click.option("--trigger", metavar="ID", help="As if this trigger had fired: its inputs and labels, and its variables.")
@click.option("--date", metavar="DATE", help="With --trigger: the date that a schedule fires for; default: now.")
@click.option(
    "--event",
    "event_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="With --trigger: its variables as a YAML or JSON map, such as {body: …, headers: …} of a webhook.",
)
@click.option("--plan", is_flag=True, help="Run nothing: show what would run, where, and with which properties.")
@click.option("--watch", is_flag=True, help="Run again what a change of a file calls for, until Ctrl-C.")
@click.option("--max-parallel", callback=_count, metavar="N", help="Tasks at work at the same time, at most.")
@click.option(
    "--log-level",
    type=click.Choice(["TRACE", "DEBUG", "INFO", "WARN", "ERROR"]),
    default="INFO",
    show_default=True,
    help="The least level that --format text shows.",
)
@click.option(
    "--kestra-version",
    type=click.Choice([str(version) for version in KestraVersion]),
    help="Version of Kestra; default: what tiercel.yaml says, else 2.0.",
)
def command(  # noqa: PLR0913, PLR0917  (one parameter per option)
    flow: str,
    flow_id: str | None,
    inputs: tuple[str, ...],
    inputs_file: Path | None,
    labels: tuple[str, ...],
    format_name: str,
    runner: str | None,
    workspace: Path | None,
    max_parallel: int | None,
    log_level: str,
    kestra_version: str | None,
    first: str | None,
    last: str | None,
    only: str | None,
    reuse: str | None,
    context: Path | None,
    mocks: tuple[str, ...],
    fixtures: tuple[Path, ...],
    breakpoints: tuple[str, ...],
    trigger: str | None,
    date: str | None,
    event_file: Path | None,
    *,
    no_prompt: bool,
    plan: bool,
    watch: bool,
) -> None:
    """Run FLOW, a YAML file (- for standard input), on this machine."""
    _refuse_contradictions(first, last, only, reuse, context)
    if trigger is None and (date is not None or event_file is not None):
        raise click.UsageError("--date and --event need the --trigger that they are for")
    if plan and (watch or format_name == "jsonl"):
        raise click.UsageError("--plan goes with --format text or json, and not with --watch")
    from tiercel_engine.core.wishes import Breakpoint, Extent
    from tiercel_engine.runners import RunnerMode
    from tiercel_server.cli.running.complaints import Refused
    from tiercel_server.cli.running.firing import Firing
    from tiercel_server.cli.running.given_inputs import given_inputs, given_labels
    from tiercel_server.cli.running.mocks import given_mocks
    from tiercel_server.cli.running.preparing import Wish

    def wish() -> Wish:
        return Wish(
            flow=flow,
            flow_id=flow_id,
            inputs=given_inputs(inputs, inputs_file),
            labels=given_labels(labels),
            runner=RunnerMode(runner) if runner is not None else None,
            workspace=workspace,
            max_parallel=max_parallel,
            version=KestraVersion(kestra_version) if kestra_version is not None else None,
            prompt=not no_prompt,
            inputs_file=inputs_file,
            mocks=given_mocks(mocks, fixtures),
            breakpoints=tuple(Breakpoint(*_named_value(name)) for name in breakpoints),
            extent=Extent(first, last, only),
            reuse=reuse,
            context=context,
            firing=Firing(trigger, date, event_file) if trigger is not None else None,
        )

    try:
        if watch:
            from tiercel_server.cli.running.watching import watch as run_again

            sys.exit(run_again(wish, flow, format_name, log_level))
        if plan:
            from tiercel_server.cli.running.planning.command import print_plan

            sys.exit(print_plan(wish(), format_name))
        sys.exit(_run(wish(), format_name, log_level))
    except Refused as refusal:
        if format_name == "jsonl":
            for event in refusal.events:
                click.echo(json.dumps(event, ensure_ascii=False))
        _complain(refusal)
        sys.exit(REFUSED)


def _refuse_contradictions(
    first: str | None, last: str | None, only: str | None, reuse: str | None, context: Path | None
) -> None:
    if only is not None and (first is not None or last is not None):
        raise click.UsageError("--task stands alone: it excludes --from and --to")
    if context is not None and only is None:
        raise click.UsageError("--context needs the --task that is to see it")
    if context is not None and reuse is not None:
        raise click.UsageError("--context and --reuse exclude each other")
    if reuse is not None and first is None and only is None:
        raise click.UsageError("--reuse needs --from or --task, which say what runs anew")


def _named_value(name: str) -> tuple[str, str | None]:
    """`task` or `task[value]`."""
    task, bracket, value = name.partition("[")
    return task, value.removesuffix("]") if bracket else None


def _run(wish: Wish, format_name: str, log_level: str) -> int:
    from tiercel_server.cli.running.performing import perform
    from tiercel_server.cli.running.preparing import prepare
    from tiercel_server.cli.running.views import view_for

    prepared = prepare(wish)
    return perform(prepared, view_for(format_name, log_level))


def _complain(refusal: Refused) -> None:
    click.echo(f"Error: {refusal.lines[0]}", err=True)
    for line in refusal.lines[1:]:
        click.echo(line, err=True)
