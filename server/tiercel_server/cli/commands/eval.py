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
  tiercel eval - --typed < template.txt
  tiercel eval --batch cases.json

A context is a map of variables: {"inputs": {"day": "2026-01-31"}, "flow": {"namespace": "company.team"}}.
Secrets are read from SECRET_NAME variables of the environment (base64).

Exit code: 0 rendered, 1 the expression fails, 2 misuse (a file that can't be read, no expression)."""


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
def command(  # noqa: PLR0913 - a parameter an option
    expression: str | None,
    context_file: Path | None,
    flow_file: str | None,
    inputs: tuple[str, ...],
    batch_file: Path | None,
    kestra_version: str | None,
    *,
    typed: bool,
    explain: bool,
) -> None:
    """Render EXPR, a template with {{ … }} (- for standard input)."""
    settings = _settings()
    version = KestraVersion(kestra_version) if kestra_version is not None else settings.effective_version
    if batch_file is not None:
        if expression is not None or context_file is not None or flow_file is not None or typed or explain:
            raise click.UsageError("--batch stands alone: each of its entries has its own expression and context")
        _run_batch(batch_file, version)
        return
    if expression is None:
        raise click.UsageError("an expression is missing, such as '{{ 1 + 2 }}'; or give --batch FILE")
    if inputs and flow_file is None:
        raise click.UsageError("--input needs the --flow that it is an input of")
    from tiercel_engine.expressions import Renderer
    from tiercel_server.cli.evaluating.documents import read_context
    from tiercel_server.cli.evaluating.surroundings import CommandLineServices

    template = _standard_input() if expression == "-" else expression
    context: dict[str, Any] = {}
    if flow_file is not None:
        asked = KestraVersion(kestra_version) if kestra_version is not None else None
        context, version = _flow_context(flow_file, inputs, settings, asked)
    if context_file is not None:
        context |= read_context(context_file)
    _show(template, context, Renderer(version, CommandLineServices()), typed=typed, explain=explain)


def _settings() -> ProjectSettings:
    from tiercel_server.workspace.settings import ProjectSettings, find_project_file, read_settings

    project_file = find_project_file(Path.cwd())
    return read_settings(project_file) if project_file is not None else ProjectSettings()


def _flow_context(
    path: str, inputs: tuple[str, ...], settings: ProjectSettings, version: KestraVersion | None
) -> tuple[dict[str, Any], KestraVersion]:
    from tiercel_server.cli.evaluating.flows import flow_context
    from tiercel_server.cli.running.complaints import Refused
    from tiercel_server.cli.running.given_inputs import given_inputs

    try:
        return flow_context(path, given_inputs(inputs, None), settings, version)
    except Refused as refusal:
        raise click.UsageError("\n".join(refusal.lines)) from None


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
        sys.exit(1)
