"""The services of the project that a command is called in, and the options that say which."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from tiercel_engine.tasks.services import LocalServices
    from tiercel_schemas.model.project import Project

namespace_option = click.option(
    "--namespace", "-n", required=True, metavar="NAME", help="The namespace, such as company.team."
)


@dataclass(frozen=True, slots=True)
class ProjectServices:
    """A project and its services."""

    root: Path
    project: Project
    services: LocalServices


def services_at(workspace: Path | None) -> ProjectServices:
    """The services of a workspace, by default that of the folder here; raises `Refused`."""
    from tiercel_engine.storage import StorageError
    from tiercel_server.cli.running.complaints import Refused
    from tiercel_server.cli.running.place import find_place
    from tiercel_server.cli.running.preparing import project_at, services_in

    place = find_place(workspace, Path.cwd())
    project = project_at(place.project_file)
    try:
        return ProjectServices(place.root, project, services_in(place.root, project, None))
    except StorageError as error:
        raise Refused(f"{error}.") from error
