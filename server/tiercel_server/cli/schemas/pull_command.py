"""`tiercel schema pull`: makes the plugins of a Kestra server known to the project."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tiercel_schemas.versions import KestraVersion
from tiercel_server.cli.schemas.options import project_version, version_option

if TYPE_CHECKING:
    from tiercel_schemas.catalog import Catalog
    from tiercel_schemas.catalog.importing import ImportedSchema
    from tiercel_server.cli.schemas.fetching import Server

TOKEN, USER, PASSWORD = "KESTRA_TOKEN", "KESTRA_USER", "KESTRA_PASSWORD"
_MOST_DOCUMENTED = 200


@click.command(name="pull")
@click.option("--url", help="The server, as http://localhost:8080; default: server.url of tiercel.yaml.")
@click.option("--tenant", help="For servers that serve schemas by tenant; default: none, then main.")
@version_option("the server's")
@click.option("--timeout", type=click.FloatRange(min=0.1), default=60.0, help="Seconds to wait for an answer.")
def command(url: str | None, tenant: str | None, kestra_version: str | None, timeout: float) -> None:
    """Make the plugin types of a Kestra server known to the project.

    Reads the server's schema of flows and, for types that are new, their outputs. Nothing is sent but credentials:
    KESTRA_TOKEN, or KESTRA_USER and KESTRA_PASSWORD, from the environment.

    \b
    Exit codes: 0 imported, 1 the server does not answer with a schema, 2 misuse.
    """
    from tiercel_schemas.catalog import load_catalog
    from tiercel_schemas.catalog.importing import import_flow_schema
    from tiercel_schemas.catalog.server_schema import SchemaError
    from tiercel_server.cli.schemas.fetching import PullError, Server, credentials
    from tiercel_server.cli.schemas.keeping import keep

    stated = _stated_url()
    address = url or stated
    if address is None:
        raise click.UsageError("Give --url, or `server: {url: …}` in tiercel.yaml.")
    try:
        server = Server(address, tenant, credentials(), timeout)
        release = server.release()
        version = KestraVersion(kestra_version) if kestra_version is not None else _line(release) or project_version()
        document = server.flow_schema()
        imported = import_flow_schema(document, load_catalog(version))
        imported = _with_outputs(imported, server, load_catalog(version))
    except PullError as error:
        raise click.ClickException(str(error)) from None
    except SchemaError as error:
        raise click.ClickException(f"{address} does not answer with a schema of flows: {error}.") from None
    keep(imported, version, release)


def _line(release: str | None) -> KestraVersion | None:
    """The version whose facts hold for a release: what is older than 2 is read as 1.3."""
    number = (release or "").partition(".")[0]
    if not number.isdigit():
        return None
    return KestraVersion.V1_3 if int(number) < 2 else KestraVersion.V2_0


def _stated_url() -> str | None:
    from tiercel_schemas.source.parser import parse_source
    from tiercel_schemas.source.values import TooManyValuesError, plain_value
    from tiercel_server.workspace.settings import find_project_file

    path = find_project_file(Path.cwd())
    if path is None:
        return None
    try:
        documents = parse_source(path.read_text(encoding="utf-8-sig")).documents
        data = plain_value(documents[0].root) if documents else None
    except (OSError, UnicodeError, TooManyValuesError):
        return None
    server = data.get("server") if isinstance(data, dict) else None
    stated = server.get("url") if isinstance(server, dict) else None
    return stated if isinstance(stated, str) else None


def _with_outputs(imported: ImportedSchema, server: Server, catalog: Catalog) -> ImportedSchema:
    """The same, with the outputs of new types: the schema of flows doesn't tell them."""
    from dataclasses import replace

    from tiercel_schemas.catalog.importing import plugin_outputs
    from tiercel_server.cli.schemas.fetching import PullError

    types: dict[str, Any] = dict(imported.types)
    definitions = dict(imported.definitions)
    told = 0
    try:
        for name in imported.new[:_MOST_DOCUMENTED]:
            found = server.documentation(name)
            if found is not None:
                outputs, more = plugin_outputs(found, name, catalog)
                types[name] = {**types[name], "out": outputs}
                definitions = {**more, **definitions}
                told += 1
    except PullError as error:
        click.echo(f"note: {error}", err=True)
    if missing := len(imported.new) - told:
        click.echo(f"note: the outputs of {missing} new type{'s' if missing > 1 else ''} are not known", err=True)
    return replace(imported, types=types, definitions=definitions)
