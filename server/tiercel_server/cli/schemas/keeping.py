"""Puts what was imported into the project, and says what came of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from tiercel_schemas.catalog.importing import ImportedSchema
from tiercel_schemas.catalog.overlay_file import overlay_path, write_overlay
from tiercel_schemas.versions import KestraVersion
from tiercel_server.workspace.catalogs import schema_root

LARGEST = 128 * 1024 * 1024
"""Bytes that a schema may have; that of a server with every public plugin has some 10 to 20 MiB."""

_SHOWN = 10


def read_json(data: bytes, origin: str) -> Any:
    """The content of a schema; misuse with words where it is no JSON."""
    if len(data) > LARGEST:
        raise click.UsageError(f"{origin} has more than {LARGEST // 2**20} MiB: too much for a schema of flows.")
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        raise click.UsageError(f"{origin} is no JSON, so no schema of a Kestra server.") from None


def keep(imported: ImportedSchema, version: KestraVersion, server: str | None = None) -> None:
    """Writes the overlay of a version and tells what is known now."""
    path = overlay_path(schema_root(Path.cwd()), version)
    try:
        write_overlay(path, imported, version, server)
    except OSError as error:
        raise click.UsageError(f"{path} can't be written: {error.strerror or error}.") from error
    click.echo("\n".join([*_told(imported, version), f"Written to {_short(path)}."]))


def _told(imported: ImportedSchema, version: KestraVersion) -> list[str]:
    every = [*imported.new, *imported.revised, *imported.extended, *imported.unchanged]
    parts = [
        f"{len(imported.new)} new",
        f"{len(imported.revised)} with the server's own facts",
        f"{len(imported.extended)} with more properties",
        f"{len(imported.unchanged)} as known before",
    ]
    lines = [f"Kestra {version}: {_types(len(every))}: {', '.join(parts)}."]
    lines += [f"  new: {name}" for name in imported.new[:_SHOWN]]
    if len(imported.new) > _SHOWN:
        lines.append(f"  … and {len(imported.new) - _SHOWN} more")
    return lines


def _types(count: int) -> str:
    return "1 type" if count == 1 else f"{count} types"


def _short(path: Path) -> str:
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
