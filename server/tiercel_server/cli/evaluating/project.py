"""What a project lends to an expression that is only looked at: variables, keys, files, and secrets at hand.

No keeper of secrets is asked and no command is run: secrets come from the environment and from dotenv files.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tiercel_schemas.model.project import STATE_FOLDER, Project
from tiercel_schemas.model.project_secrets import SecretSettings
from tiercel_server.cli.evaluating.surroundings import CommandLineServices
from tiercel_server.cli.running.complaints import Refused
from tiercel_server.cli.running.place import find_place
from tiercel_server.cli.running.preparing import project_at

if TYPE_CHECKING:
    from tiercel_engine.expressions.services import RenderServices


def _no_variables(_namespace: str) -> dict[str, Any]:
    return {}


@dataclass(frozen=True, slots=True)
class Lent:
    """The services of expressions, the variables of namespaces, and who learns of SECRET inputs."""

    services: RenderServices
    variables: Callable[[str], dict[str, Any]]
    hide: Callable[[Iterable[str]], None]


def lent_by_environment() -> Lent:
    """What there is without a project: memory, and secrets of the environment."""
    services = CommandLineServices()
    return Lent(services, _no_variables, services.hide)


def lent_by_project(start: Path) -> Lent:
    """What the project around a folder lends; memory and the environment, where there is none. Raises `Refused`."""
    place = find_place(None, start)
    if place.project_file is None and not (place.root / STATE_FOLDER).is_dir():
        return lent_by_environment()
    from tiercel_engine.storage import StorageError
    from tiercel_engine.tasks.expression_services import LocalExpressionServices
    from tiercel_engine.tasks.services import local_services

    project = without_keepers(project_at(place.project_file))
    try:
        services = local_services(place.root / STATE_FOLDER, project, place.root, os.environ)
    except (OSError, UnicodeError, StorageError) as error:
        raise Refused(f"The project's services can't be used: {error}.") from error
    return Lent(
        LocalExpressionServices(services, lambda _: True),
        services.namespace_variables,
        lambda secrets: services.masker.add(*secrets),
    )


def without_keepers(project: Project) -> Project:
    """The project with no other sources of secrets than the environment and dotenv files."""
    namespaces = {
        name: own.model_copy(update={"secrets": _at_hand(own.secrets)}) for name, own in project.namespaces.items()
    }
    run = project.run.model_copy(update={"secrets": _at_hand(project.run.secrets)})
    return project.model_copy(update={"namespaces": namespaces, "run": run})


def _at_hand(settings: SecretSettings | None) -> SecretSettings | None:
    return SecretSettings(dotenv=settings.dotenv) if settings is not None else None
