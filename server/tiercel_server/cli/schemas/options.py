"""Options and look-ups that the subcommands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

from tiercel_schemas.versions import KestraVersion

Function = TypeVar("Function", bound=Callable[..., object])


def version_option(default: str) -> Callable[[Function], Function]:
    """`--kestra-version`; `default` says in its help what holds without it."""
    return click.option(
        "--kestra-version",
        type=click.Choice([str(version) for version in KestraVersion]),
        help=f"Version of Kestra; default: {default}.",
    )


def project_version() -> KestraVersion:
    """The version that the project of the working folder sets, else the default."""
    from tiercel_server.workspace.settings import ProjectSettings, find_project_file, read_settings

    path = find_project_file(Path.cwd())
    settings = read_settings(path) if path is not None else ProjectSettings()
    return settings.effective_version
