"""`tiercel init`: write a project file, or set the Kestra version in one that is there."""

from __future__ import annotations

from pathlib import Path

import click

from tiercel_schemas.versions import DEFAULT_VERSION, KestraVersion

EPILOG = """\b
Examples:
  tiercel init                          a tiercel.yaml here, for Kestra 2.0
  tiercel init --kestra-version 1.3     set the version; comments and other settings stay
  tiercel init flows/old --kestra-version 1.3

Exit code: 0 written or already so, 2 misuse."""


@click.command(epilog=EPILOG)
@click.argument("folder", type=click.Path(path_type=Path), default=".")
@click.option(
    "--kestra-version",
    type=click.Choice([version.value for version in KestraVersion]),
    default=DEFAULT_VERSION.value,
    show_default=True,
    help="The line of Kestra that the flows are written for.",
)
def command(folder: Path, kestra_version: str) -> None:
    """Write a tiercel.yaml into FOLDER (default: here), or set the Kestra version in the one that is there."""
    from tiercel_server.workspace.project_writing import UnreadableProjectError, with_kestra_version
    from tiercel_server.workspace.settings import PROJECT_FILE

    if not folder.is_dir():
        raise click.UsageError(f"There is no folder '{folder}'.")
    path = folder / PROJECT_FILE
    try:
        old = path.read_text(encoding="utf-8") if path.exists() else ""
        new = with_kestra_version(old, KestraVersion(kestra_version))
        if new != old:
            path.write_text(new, encoding="utf-8")
    except UnreadableProjectError as error:
        raise click.UsageError(f"'{path}' can't be changed: {error}.") from None
    except (OSError, UnicodeError) as error:
        raise click.UsageError(f"'{path}' can't be read or written: {error}.") from None
    click.echo(f"{path}: {'nothing to change' if new == old else f'Kestra {kestra_version}'}")
