"""`tiercel secrets check`: which secrets a flow reads, and which are missing."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tiercel_schemas.versions import KestraVersion
from tiercel_server.cli.history.options import format_option, refusing, workspace_option

if TYPE_CHECKING:
    from tiercel_engine.secrets import ProjectSecrets
    from tiercel_server.cli.secretchecks.needs import Need

_EPILOG = """\b
Examples:
  tiercel secrets check flow.yaml
  tiercel secrets check flow.yaml --format json | jq '.[] | select(.found | not)'

Exit code: 0 when every secret is there, 1 when one is missing or its keeper can't be asked, 2 for a mistake."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether a secret is there: `found` is None where its name is known at run time only."""

    namespace: str
    name: str
    found: bool | None
    error: str | None
    places: tuple[str, ...]

    def shape(self) -> dict[str, Any]:
        """As JSON shows it."""
        shape: dict[str, Any] = {
            "namespace": self.namespace,
            "name": self.name,
            "found": self.found,
            "readBy": list(self.places),
        }
        return shape if self.error is None else {**shape, "error": self.error}


@click.command(name="check", epilog=_EPILOG)
@click.argument("flow", metavar="FLOW")
@click.option("--flow", "flow_id", metavar="ID", help="The flow to look at, where the file holds several.")
@format_option("text", "json")
@workspace_option
@click.option(
    "--kestra-version",
    type=click.Choice([str(version) for version in KestraVersion]),
    help="Version of Kestra; default: what tiercel.yaml says, else 2.0.",
)
@refusing
def command(
    flow: str, flow_id: str | None, format_name: str, workspace: Path | None, kestra_version: str | None
) -> None:
    """Ask for each secret that FLOW and its subflows read; values are never shown."""
    version = KestraVersion(kestra_version) if kestra_version is not None else None
    answers = _answers(flow, flow_id, workspace, version)
    if format_name == "json":
        click.echo(json.dumps([answer.shape() for answer in answers], ensure_ascii=False, indent=2))
    else:
        _print(answers)
    if any(answer.found is False for answer in answers):
        sys.exit(1)


def _answers(argument: str, flow_id: str | None, workspace: Path | None, version: KestraVersion | None) -> list[Answer]:
    from tiercel_engine.tasks.services import project_secrets
    from tiercel_server.cli.running.complaints import Refused
    from tiercel_server.cli.running.flow_file import STDIN, choose_flow, flow_of, read_flow_file
    from tiercel_server.cli.running.neighbours import Neighbours
    from tiercel_server.cli.running.place import find_place
    from tiercel_server.cli.running.preparing import project_at
    from tiercel_server.cli.secretchecks.needs import needs_of
    from tiercel_server.cli.secretchecks.reaching import reached
    from tiercel_server.workspace.settings import ProjectSettings, read_settings

    start = Path(argument).parent if argument != STDIN else workspace or Path.cwd()
    place = find_place(workspace, start)
    settings = read_settings(place.project_file) if place.project_file is not None else ProjectSettings()
    project = project_at(place.project_file)
    file = read_flow_file(argument, settings, version)
    flow = flow_of(file.name, choose_flow(file, flow_id), file.snapshot.kestra_version)
    try:
        secrets = project_secrets(project, place.root, os.environ)
    except (OSError, UnicodeError) as error:
        raise Refused(f"The project's secrets can't be used: {error}.") from error
    neighbours = Neighbours(place.root, flow.version, project.exclude)
    return list(_asked([need for each in reached(flow, neighbours.find) for need in needs_of(each)], secrets))


def _asked(needs: Sequence[Need], secrets: ProjectSecrets) -> Iterator[Answer]:
    from tiercel_engine.secrets import SecretBackendError

    grouped: dict[tuple[str, str | None, str], list[Need]] = {}
    for need in needs:
        grouped.setdefault((need.namespace, need.name, "" if need.name else need.written), []).append(need)
    for (namespace, name, _), group in grouped.items():
        places = tuple(dict.fromkeys(f"{need.flow}: {need.place}" for need in group))
        if name is None:
            yield Answer(namespace, group[0].written, None, None, places)
            continue
        try:
            yield Answer(namespace, name, secrets.get(group[0].written, namespace) is not None, None, places)
        except SecretBackendError as error:
            yield Answer(namespace, name, found=False, error=str(error), places=places)


_WORDS: Mapping[bool | None, str] = {True: "found", False: "MISSING", None: "known at run time only"}


def _print(answers: Sequence[Answer]) -> None:
    from tiercel_server.cli.columns import aligned
    from tiercel_server.cli.running.views.wording import safe

    if not answers:
        click.echo("The flow reads no secrets.", err=True)
        return
    rows = [
        (safe(answer.name), safe(answer.namespace), _WORDS[answer.found], safe(", ".join(answer.places)))
        for answer in answers
    ]
    for line in aligned(("secret", "namespace", "state", "read by"), rows):
        click.echo(line)
    for told in dict.fromkeys(answer.error for answer in answers if answer.error is not None):
        click.echo(f"warning: {safe(told)}", err=True)
