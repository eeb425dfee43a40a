"""`tiercel kv set`: a value stored."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path
from typing import Final

import click

from tiercel_server.cli.history.options import refusing, workspace_option
from tiercel_server.cli.project_services import namespace_option

TYPES: Final = ("STRING", "NUMBER", "BOOLEAN", "DATETIME", "DATE", "DURATION", "JSON")
_LARGEST = 10_000_000
_EPILOG = """\b
Examples:
  tiercel kv set city Vienna --namespace company.team
  tiercel kv set limit 3 --type NUMBER --ttl P7D --namespace company.team
  tiercel kv set rules - --type JSON --namespace company.team < rules.json"""


@click.command(name="set", epilog=_EPILOG)
@click.argument("key", metavar="KEY")
@click.argument("value", metavar="VALUE")
@namespace_option
@click.option(
    "--type", "kind", type=click.Choice(TYPES, case_sensitive=False), default="STRING", show_default=True,
    help="What the value is.",
)  # fmt: skip
@click.option("--ttl", metavar="DURATION", help="How long it lives, such as PT1H or P7D; for ever, if left out.")
@click.option("--description", metavar="TEXT", help="What it is for; the one there stays, if left out.")
@click.option("--no-overwrite", is_flag=True, help="Refuse where the key is there already.")
@workspace_option
@refusing
def command(  # noqa: PLR0913  (one parameter per option)
    key: str,
    value: str,
    namespace: str,
    kind: str,
    ttl: str | None,
    description: str | None,
    workspace: Path | None,
    *,
    no_overwrite: bool,
) -> None:
    """Store VALUE (- for standard input) under KEY."""
    from tiercel_engine.storage import KvError, KvType
    from tiercel_engine.storage.kv_texts import NotOfTypeError, read_kv_text
    from tiercel_server.cli.project_services import services_at
    from tiercel_server.cli.running.complaints import Refused

    try:
        typed = read_kv_text(_standard_input() if value == "-" else value, KvType(kind.upper()))
        services_at(workspace).services.kv.set(
            namespace, key, typed, overwrite=not no_overwrite, ttl=_life_span(ttl), description=description
        )
    except (KvError, NotOfTypeError) as error:
        raise Refused(str(error)) from error


def _life_span(text: str | None) -> timedelta | None:
    from tiercel_schemas.model.durations import parse_duration
    from tiercel_server.cli.running.complaints import Refused

    if text is None:
        return None
    try:
        length = parse_duration(text)
    except (ValueError, OverflowError):
        raise Refused(f"'--ttl {text}' is no duration.", "Examples: PT30M, PT1H, P7D") from None
    if length <= timedelta():
        raise Refused(f"'--ttl {text}' would be over at once.")
    return length


def _standard_input() -> str:
    from tiercel_server.cli.running.complaints import Refused

    data = sys.stdin.buffer.read(_LARGEST + 1)
    if len(data) > _LARGEST:
        raise Refused(f"A value has at most {_LARGEST // 1_000_000} MB; keep larger data in files.")
    try:
        return data.decode("utf-8").removesuffix("\n")
    except UnicodeDecodeError as error:
        raise Refused(f"Standard input is not UTF-8 text (byte {error.start}).") from error
