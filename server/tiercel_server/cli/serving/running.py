"""The workspace of `tiercel serve`, and the server that runs in it."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

import anyio
import click

from tiercel_engine.runners import RunnerMode
from tiercel_engine.runtime import DEFAULT_PARALLEL, Surroundings
from tiercel_engine.tasks.preflight import preflight
from tiercel_schemas.model import Flow
from tiercel_schemas.model.namespace_defaults import with_namespace_defaults
from tiercel_schemas.model.project import STATE_FOLDER, Project
from tiercel_schemas.versions import KestraVersion
from tiercel_server.cli.running.complaints import Refused
from tiercel_server.cli.running.place import Place, find_place
from tiercel_server.cli.running.preparing import history_in, project_at, services_in
from tiercel_server.cli.serving.lock import only_server
from tiercel_server.serving.checking import Checker
from tiercel_server.serving.flow_shelf import FlowShelf
from tiercel_server.serving.guard import Doorkeeping
from tiercel_server.serving.server import Manner, Served, open_socket, serve
from tiercel_server.serving.server_log import ServerLog
from tiercel_server.workspace.settings import ProjectSettings, read_settings


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line asks for."""

    folder: Path | None
    host: str
    port: int
    doors: Doorkeeping
    runner: str | None
    max_parallel: int | None
    grace: float
    log_format: str
    version: str | None
    with_triggers: bool = True


def run(wanted: Wanted) -> None:
    """Serve until told to stop; raises `Refused`."""
    place = find_place(wanted.folder, Path.cwd())
    project = project_at(place.project_file)
    served = _served(wanted, place, project)
    try:
        with only_server(place.root / STATE_FOLDER):
            _serve(wanted, served)
    finally:
        served.history.close()


def _serve(wanted: Wanted, served: Served) -> None:
    try:
        listening = open_socket(wanted.host, wanted.port)
    except OSError as error:
        reason = error.strerror or error
        raise Refused(
            f"{wanted.host}:{wanted.port} can't be listened on: {reason}.", "--port 0 takes a free one."
        ) from error
    port = listening.getsockname()[1]
    shown = f"[{wanted.host}]" if ":" in wanted.host else wanted.host
    address = f"http://{shown}:{port}"
    click.echo(f"Serving {served.shelf.root} on {address} (page: {address}/ui/)")
    sys.stdout.flush()
    manner = Manner(wanted.doors, address, wanted.doors.patience, wanted.grace, with_triggers=wanted.with_triggers)
    anyio.run(serve, served, manner, listening)


def _served(wanted: Wanted, place: Place, project: Project) -> Served:
    settings = read_settings(place.project_file) if place.project_file is not None else ProjectSettings()
    version = KestraVersion(wanted.version) if wanted.version is not None else settings.effective_version
    services = services_in(place.root, project, RunnerMode(wanted.runner) if wanted.runner is not None else None)
    log = ServerLog(
        cast("Literal['text', 'json']", wanted.log_format),
        lambda line: click.echo(line, err=True),
        services.masker.text,
    )
    shelf = FlowShelf(place.root, version, project.exclude, lambda flow: with_namespace_defaults(flow, project))
    shelf.refresh()
    history = history_in(place.root, services)
    surroundings = Surroundings(
        services,
        knows_namespace=lambda name: any(f"{each}.".startswith(f"{name}.") for each, _ in shelf.all()),
        globals=project.globals,
        envs=project.envs,
        history=history,
        max_parallel=wanted.max_parallel or project.run.max_parallel or DEFAULT_PARALLEL,
    )
    for notice in (*_strange(shelf, surroundings), *services.notes):
        log.write("WARN", notice)
    return Served(shelf, surroundings, history, Checker(settings, version), log)


def _strange(shelf: FlowShelf, surroundings: Surroundings) -> list[str]:
    """What of the flows can't run here: said at the start, and again by the task that fails."""
    flows: list[Flow] = [each.flow for each in shelf.all().values()]
    found = preflight(flows, surroundings.services.runners)
    return [notice.message for notice in found if notice.level == "ERROR"]
