"""`tiercel schema import FILE`: makes the plugins in a server's schema known to the project."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tiercel_schemas.versions import KestraVersion
from tiercel_server.cli.schemas.options import project_version, version_option

if TYPE_CHECKING:
    from tiercel_schemas.catalog import Catalog
    from tiercel_schemas.catalog.importing import ImportedSchema

_KINDS = ("task", "trigger", "condition", "taskRunner", "logExporter", "additional")


@click.command(name="import")
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@version_option("what tiercel.yaml says, else 2.0")
@click.option("--type", "type_name", metavar="NAME", help="For the schema of one plugin: its full type.")
@click.option("--kind", type=click.Choice(_KINDS), default="task", help="For one unknown plugin: what it is.")
def command(file: Path, kestra_version: str | None, type_name: str | None, kind: str) -> None:
    """Make the plugin types in FILE known to the project.

    FILE is what a Kestra server answers to GET /api/v1/plugins/schemas/flow, or, for one plugin, to GET
    /api/v1/plugins/TYPE; - is standard input. What it says is kept in .tiercel/schemas/ beside tiercel.yaml, and
    replaces what was imported for that version before.

    \b
    Exit codes: 0 imported, 2 FILE can't be read or is no schema of a Kestra server.
    """
    from tiercel_schemas.catalog import load_catalog
    from tiercel_schemas.catalog.server_schema import SchemaError
    from tiercel_server.cli.schemas.keeping import keep, read_json

    version = KestraVersion(kestra_version) if kestra_version is not None else project_version()
    document = read_json(_read(file), str(file))
    try:
        imported = _imported(document, load_catalog(version), type_name, kind)
    except SchemaError as error:
        raise click.UsageError(f"{file} can't be imported: {error}.") from None
    keep(imported, version)


def _read(file: Path) -> bytes:
    from tiercel_server.cli.schemas.keeping import LARGEST

    try:
        if str(file) == "-":
            return sys.stdin.buffer.read(LARGEST + 1)
        with file.open("rb") as stream:
            return stream.read(LARGEST + 1)
    except OSError as error:
        raise click.UsageError(f"{file} can't be read: {error.strerror or error}.") from error


def _imported(document: Any, catalog: Catalog, type_name: str | None, kind: str) -> ImportedSchema:
    from tiercel_schemas.catalog.importing import import_flow_schema, import_plugin_schema

    is_of_one = isinstance(document, dict) and isinstance(document.get("schema"), dict)
    if is_of_one or type_name is not None:
        return import_plugin_schema(document, catalog, type_name, kind)
    return import_flow_schema(document, catalog)
