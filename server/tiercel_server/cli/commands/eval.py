"""`tiercel eval`: render one expression, or a batch of them."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tiercel_schemas.versions import KestraVersion

if TYPE_CHECKING:
    from tiercel_engine.expressions import Renderer
    from tiercel_server.workspace.settings import ProjectSettings

_EPILOG = """\b
Examples:
  tiercel eval '{{ 1 + 2 }}'
  tiercel eval '{{ inputs.day | date("yyyy") }}' --context context.json
  tiercel eval '{{ inputs.day }} {{ vars.x }}' --flow report.yaml --input day=2026-01-31
  tiercel eval '{{ outputs.fetch.code }}' --execution tKXfBkxx1e8W4Cxau3wes5 --task report
  tiercel eval - --typed < template.txt
  tiercel eval --batch cases.json

A context is a map of variables: {"inputs": {"day": "2026-01-31"}, "flow": {"namespace": "company.team"}}.
Secrets are read from SECRET_NAME variables of the environment (base64).

Exit code: 0 rendered, 1 the expression fails, 2 misuse (a file that can't be read, no expression)."""

_FLOW_HINT = """\
No flow is known here. Pass one with --flow FLOW, or a --context with its namespace: \
{"flow": {"namespace": "company.team"}}"""


@click.command(name="eval", epilog=_EPILOG)
@click.argument("expression", metavar="EXPR", required=False)
@click.option(
    "--context",
    "-c",
    "context_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Variables: a JSON or YAML file.",
)
@click.option(
    "--flow",
    "flow_file",
    metavar="FLOW",
    help="See the inputs, variables and labels of this flow's file; --context comes above them.",
)
@click.option("--input", "-i", "inputs", multiple=True, metavar="NAME=VALUE", help="An input of the flow.")
@click.option(
    "--execution",
    "execution_id",
    metavar="ID",
    help="See what a past execution (an id, its beginning, or last) saw, outputs and all; --context comes above it.",
)
@click.option("--task", metavar="TASK_ID", help="With --execution: as this task saw it when it last began.")
@click.option(
    "--workspace",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="With --execution: where .tiercel/ is; default: the folder of tiercel.yaml, else this one.",
)
@click.option("--typed", is_flag=True, help="Print {type, value} as JSON: one expression keeps its type.")
@click.option("--explain", is_flag=True, help="Show the value of each {{ }} by itself.")
@click.option(
    "--batch",
    "batch_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Render a JSON list of {id, expression, context}, to a JSON list.",
)
@click.option(
    "--kestra-version",
    type=click.Choice([version.value for version in KestraVersion]),
    help="The line of Kestra; before tiercel.yaml's, before the default 2.0.",
)
def command(  # noqa: PLR0913, PLR0917 - a parameter an option
    expression: str | None,
    context_file: Path | None,
    flow_file: str | None,
    inputs: tuple[str, ...],
    execution_id: str | None,
    task: str | None,
    workspace: Path | None,
    batch_file: Path | None,
    kestra_version: str | None,
    *,
    typed: bool,
    explain: bool,
) -> None:
    """Render EXPR, a template with {{ … }} (- for standard input)."""
    settings = _settings()
    asked = KestraVersion(kestra_version) if kestra_version is not None else None
    version = asked or settings.effective_version
    if batch_file is not None:
        if typed or explain or any(each is not None for each in (expression, context_file, flow_file, execution_id)):
            raise click.UsageError("--batch stands alone: each of its entries has its own expression and context")
        _run_batch(batch_file, version)
        return
    if expression is None:
        raise click.UsageError("an expression is missing, such as '{{ 1 + 2 }}'; or give --batch FILE")
    if inputs and flow_file is None:
        raise click.UsageError("--input needs the --flow that it is an input of")
    if execution_id is None and (task is not None or workspace is not None):
        raise click.UsageError("--task and --workspace need the --execution that they belong to")
    if execution_id is not None and flow_file is not None:
        raise click.UsageError("--execution and --flow exclude each other: an execution knows its flow")
    template = _standard_input() if expression == "-" else expression
    context, renderer = _surroundings(flow_file, inputs, settings, asked)
    if execution_id is not None:
        context, renderer = _past(execution_id, task, workspace, asked)
    if context_file is not None:
        from tiercel_server.cli.evaluating.documents import read_context

        context |= read_context(context_file)
    _show(template, context, renderer, typed=typed, explain=explain)


def _settings() -> ProjectSettings:
    from tiercel_server.workspace.settings import ProjectSettings, find_project_file, read_settings

    project_file = find_project_file(Path.cwd())
    if project_file is None:
        return ProjectSettings()
    settings = read_settings(project_file)
    for problem in settings.problems:
        click.echo(f"warning: {_shown_place(project_file, problem.span.start)}: {problem.message}", err=True)
    return settings


def _shown_place(project_file: Path, offset: int) -> str:
    from tiercel_schemas.source.text import SourceText
    from tiercel_server.workspace.settings import ProjectFileError, read_project_text

    try:
        place = SourceText(read_project_text(project_file)).position(offset)
    except ProjectFileError:
        return str(project_file)
    return f"{project_file}:{place.line + 1}:{place.column + 1}"


def _surroundings(
    flow_file: str | None, inputs: tuple[str, ...], settings: ProjectSettings, asked: KestraVersion | None
) -> tuple[dict[str, Any], Renderer]:
    """What is seen of a flow before it runs, or nothing without one."""
    from tiercel_engine.expressions import Renderer
    from tiercel_server.cli.evaluating.surroundings import CommandLineServices

    if flow_file is None:
        return {}, Renderer(asked or settings.effective_version, CommandLineServices())
    from tiercel_server.cli.evaluating.flows import flow_context
    from tiercel_server.cli.running.complaints import Refused
    from tiercel_server.cli.running.given_inputs import given_inputs

    try:
        return flow_context(flow_file, given_inputs(inputs, None), settings, asked)
    except Refused as refusal:
        raise click.UsageError("\n".join(refusal.lines)) from None


def _past(
    execution_id: str, task: str | None, workspace: Path | None, asked: KestraVersion | None
) -> tuple[dict[str, Any], Renderer]:
    from tiercel_server.cli.evaluating.executions import past_rendering
    from tiercel_server.cli.running.complaints import Refused

    try:
        past = past_rendering(execution_id, task, workspace, asked)
    except Refused as refusal:
        raise click.UsageError("\n".join(refusal.lines)) from None
    return past.context, past.renderer


def _standard_input() -> str:
    try:
        return sys.stdin.buffer.read().decode("utf-8").removesuffix("\n")
    except UnicodeDecodeError as error:
        raise click.UsageError(f"standard input is not UTF-8 text (byte {error.start})") from None


def _run_batch(path: Path, version: KestraVersion) -> None:
    from tiercel_server.cli.evaluating.batches import evaluate_batch
    from tiercel_server.cli.evaluating.documents import read_json_file

    outcomes = evaluate_batch(read_json_file(path), version)
    click.echo(json.dumps(outcomes, ensure_ascii=False, indent=1))


def _show(template: str, context: dict[str, Any], renderer: Renderer, *, typed: bool, explain: bool) -> None:
    from tiercel_engine.expressions import RenderError
    from tiercel_engine.expressions.reporting import typed_report
    from tiercel_server.cli.evaluating.words import error_lines, explained

    if explain:
        for line in explained(template, context, renderer):
            click.echo(line, err=True)
    try:
        if typed:
            click.echo(json.dumps(typed_report(renderer.evaluate(template, context)), ensure_ascii=False))
        else:
            click.echo(renderer.render(template, context))
    except RenderError as error:
        for line in error_lines(error, template, renderer):
            click.echo(line, err=True)
        if "NullPointerException" in error.message and "flow" not in context:
            # Kestra always knows a flow, and looks secrets, KV pairs and files up in its namespace.
            click.echo(_FLOW_HINT, err=True)
        sys.exit(1)
