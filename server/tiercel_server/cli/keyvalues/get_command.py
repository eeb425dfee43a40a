"""`tiercel kv get`: the value of a key."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from tiercel_server.cli.history.options import format_option, refusing, workspace_option
from tiercel_server.cli.project_services import namespace_option

_EPILOG = """\b
Examples:
  tiercel kv get limit --namespace company.team
  tiercel kv get limit --namespace company.team --format json

Exit code: 0, or 1 where there is no such key or its time is over."""


@click.command(name="get", epilog=_EPILOG)
@click.argument("key", metavar="KEY")
@namespace_option
@click.option("--inherited", is_flag=True, help="Look into the namespaces above as well, as kv() does.")
@format_option("text", "json")
@workspace_option
@refusing
def command(key: str, namespace: str, format_name: str, workspace: Path | None, *, inherited: bool) -> None:
    """Print the value of KEY; JSON is {type, value}."""
    from tiercel_engine.storage import KvError
    from tiercel_engine.storage.kv_texts import kv_json_value, show_kv_value
    from tiercel_server.cli.project_services import services_at
    from tiercel_server.cli.running.complaints import Refused

    store = services_at(workspace).services.kv
    try:
        entry = (store.find if inherited else store.get)(namespace, key)
    except KvError as error:
        raise Refused(f"{error}.") from error
    if entry is None:
        click.echo(f"The key '{key}' does not exist in the namespace '{namespace}'.", err=True)
        sys.exit(1)
    if format_name == "json":
        click.echo(json.dumps({"type": str(entry.type), "value": kv_json_value(entry)}, ensure_ascii=False))
    else:
        click.echo(show_kv_value(entry))
