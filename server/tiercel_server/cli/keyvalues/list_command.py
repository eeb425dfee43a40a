"""`tiercel kv list`: which pairs there are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tiercel_server.cli.history.options import format_option, refusing, workspace_option

if TYPE_CHECKING:
    from tiercel_engine.storage import KvEntry, KvStore

_EPILOG = """\b
Examples:
  tiercel kv list
  tiercel kv list --namespace company.team --inherited
  tiercel kv list --namespace company.team --format json"""


@click.command(name="list", epilog=_EPILOG)
@click.option("--namespace", "-n", metavar="NAME", help="Of this namespace; of all, if left out.")
@click.option("--prefix", default="", metavar="TEXT", help="Keys that begin so.")
@click.option("--inherited", is_flag=True, help="With what kv() finds in the namespaces above.")
@format_option("text", "json")
@workspace_option
@refusing
def command(namespace: str | None, prefix: str, format_name: str, workspace: Path | None, *, inherited: bool) -> None:
    """List key-value pairs that have not expired; JSON has the shape of Kestra's API, with type and value."""
    from tiercel_engine.storage import KvError
    from tiercel_engine.storage.access import upwards
    from tiercel_server.cli.project_services import services_at
    from tiercel_server.cli.running.complaints import Refused

    store = services_at(workspace).services.kv
    namespaces = store.namespaces() if namespace is None else [namespace]
    if namespace is not None and inherited:
        namespaces = list(upwards(namespace))
    try:
        entries = _entries(store, namespaces, prefix, shadowed=namespace is None or not inherited)
    except KvError as error:
        raise Refused(f"{error}.") from error
    if format_name == "json":
        click.echo(json.dumps([_shape(entry) for entry in entries], ensure_ascii=False, indent=2))
    elif entries:
        _print_table(entries)
    else:
        click.echo("No pair matches.", err=True)


def _entries(store: KvStore, namespaces: list[str], prefix: str, *, shadowed: bool) -> list[KvEntry]:
    """The pairs; without `shadowed` of those with the same key only the first."""
    found: list[KvEntry] = []
    seen: set[str] = set()
    for namespace in namespaces:
        for key in store.keys(namespace, prefix):
            entry = store.get(namespace, key)
            if entry is not None and (shadowed or key not in seen):
                found.append(entry)
            seen.add(key)
    return found


def _shape(entry: KvEntry) -> dict[str, Any]:
    from tiercel_engine.storage.kv_texts import kv_json_value

    moments = {"creationDate": entry.created, "updateDate": entry.updated, "expirationDate": entry.expires}
    return {
        "namespace": entry.namespace,
        "key": entry.key,
        "type": str(entry.type),
        "value": kv_json_value(entry),
        "description": entry.description,
        **{name: moment.isoformat() if moment is not None else None for name, moment in moments.items()},
    }


def _print_table(entries: list[KvEntry]) -> None:
    from tiercel_engine.storage.kv_texts import show_kv_value
    from tiercel_server.cli.columns import aligned
    from tiercel_server.cli.history.moments import local_time
    from tiercel_server.cli.running.views.wording import safe

    rows = [
        (
            entry.namespace,
            entry.key,
            str(entry.type),
            local_time(entry.expires.isoformat()) if entry.expires is not None else "",
            safe(" ".join(_cut(show_kv_value(entry)).split())),
        )
        for entry in entries
    ]
    for line in aligned(("namespace", "key", "type", "expires", "value"), rows):
        click.echo(line)


def _cut(text: str) -> str:
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 1]}…"


_WIDEST = 80
