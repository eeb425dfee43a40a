"""`tiercel schema [TYPE]`: prints the JSON Schema of flows, for editors and other checkers."""

from __future__ import annotations

import difflib
import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tiercel_schemas.versions import KestraVersion
from tiercel_server.cli.schemas.options import project_version, version_option

if TYPE_CHECKING:
    from tiercel_schemas.catalog import Catalog


@click.command(name="print", epilog="A schema file is used by yaml-language-server and by any JSON Schema tool.")
@click.argument("type_name", metavar="[TYPE]", required=False)
@version_option("what tiercel.yaml says, else 2.0")
@click.option(
    "--output",
    "-o",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write to FILE instead of standard output.",
)
def command(type_name: str | None, kestra_version: str | None, output: Path | None) -> None:
    """Print the JSON Schema of a flow, or of one TYPE of task, trigger or other plugin.

    TYPE is a full name, as io.kestra.plugin.core.log.Log, or its last parts where only one type has them. Types that
    were imported into the project are known.
    """
    from tiercel_schemas.json_schema import flow_schema, type_schema
    from tiercel_server.workspace.catalogs import Catalogs

    version = KestraVersion(kestra_version) if kestra_version is not None else project_version()
    catalogs = Catalogs()
    catalog = catalogs.catalog_for(Path.cwd(), version)
    for problem in catalogs.problems.values():
        click.echo(f"warning: {problem}", err=True)
    if type_name is None:
        schema = flow_schema(version, catalog=catalog)
    else:
        schema = type_schema(version, _full_name(type_name, catalog), catalog)
    text = json.dumps(schema, indent=1, ensure_ascii=False) + "\n"
    if output is None:
        click.echo(text, nl=False)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        message = f"{output} can't be written: {error.strerror or error}. Give --output a file in a folder that exists."
        raise click.UsageError(message) from error


def _full_name(written: str, catalog: Catalog) -> str:
    version = catalog.version
    if written in catalog:
        return catalog.canonical(written)
    names = catalog.names()
    ending = f".{written}".lower()
    fitting = [name for name in names if name.lower().endswith(ending)]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        listed = ", ".join(fitting[:5]) + (" …" if len(fitting) > 5 else "")
        raise click.UsageError(f"{len(fitting)} types end in {written}: {listed}. Give the full name of one.")
    others = ", ".join(f"Kestra {each}" for each in catalog.other_versions_of(written))
    if others:
        raise click.UsageError(f"Kestra {version} has no type {written}; {others} has: use --kestra-version.")
    near = difflib.get_close_matches(written, names, n=1, cutoff=0.6) or difflib.get_close_matches(
        written.rpartition(".")[2], [name.rpartition(".")[2] for name in names], n=1
    )
    hint = f" Did you mean {near[0]}?" if near else ""
    raise click.UsageError(f"Kestra {version} has no type {written}.{hint}")
