"""Types that installed packages tell of, by entry points of the group `tiercel.schemas`.

An entry point's value is a package and a file in it (`tiercel_weather:types.json`): JSON with, by type, what a Kestra
server's documentation of a plugin says (`properties` and `outputs` as JSON Schemas, `description`, `kind`). Files are
read without importing the package; one that is not sound costs only its own types. Types that are known stay as known.
"""

from __future__ import annotations

import json
import sys
from collections import ChainMap
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from tiercel_schemas.catalog.catalog import load_catalog
from tiercel_schemas.catalog.importing import ImportedSchema, import_plugin_schema
from tiercel_schemas.catalog.overlay_file import Overlay, opened_lines
from tiercel_schemas.catalog.server_schema import SchemaError
from tiercel_schemas.versions import KestraVersion

GROUP = "tiercel.schemas"
LARGEST = 4 * 1024 * 1024
"""Bytes that a package's file may have."""


class Contributed(NamedTuple):
    """What packages tell of types, None where none does, and why some could not be read, by package."""

    overlay: Overlay | None
    problems: Mapping[str, str]


@cache
def contributed(version: KestraVersion) -> Contributed:
    """The types that installed packages tell of."""
    types: dict[str, Any] = {}
    definitions: dict[str, Any] = {}
    problems: dict[str, str] = {}
    for package, file in contributing_files():
        try:
            for imported in _imported(file, version):
                types |= imported.types
                definitions |= imported.definitions
        except (OSError, ValueError, AttributeError, SchemaError, RecursionError) as error:
            problems[package] = f"what package {package} tells of its task types can't be read: {error}"
    if not types:
        return Contributed(None, problems)
    return Contributed(opened_lines(ImportedSchema(types, definitions, {}), version), problems)


def joined(first: Overlay, second: Overlay | None) -> Overlay:
    """Two overlays as one; the first one's types come before the other's."""
    if second is None:
        return first
    made = object.__new__(Overlay)
    made.kinds = {**second.kinds, **first.kinds}
    made.aliases = {**second.aliases, **first.aliases}
    made.deprecated = (*first.deprecated, *second.deprecated)
    made.bases = {**second.bases, **first.bases}
    made.server = first.server
    made.shard = {part: ChainMap(first.shard[part], second.shard[part]) for part in ("types", "defs")}
    return made


def _imported(file: Path | None, version: KestraVersion) -> Iterator[ImportedSchema]:
    if file is None:
        raise OSError("there is no such file in it")
    if file.stat().st_size > LARGEST:
        raise ValueError(f"{file.name} has more than {LARGEST} bytes")
    catalog = load_catalog(version)
    for name, said in json.loads(file.read_text(encoding="utf-8")).items():
        if name not in catalog:
            node = {"title": said["description"]} if isinstance(said.get("description"), str) else {}
            document = {**said, "properties": {**said.get("properties", {}), **node}}
            yield import_plugin_schema(document, catalog, name, str(said.get("kind", "task")))


def contributing_files() -> Iterator[tuple[str, Path | None]]:
    """The packages that tell of types, each with the file in which it does; None where that is not there."""
    if not _any_package_offers():
        return
    from importlib.metadata import entry_points
    from importlib.util import find_spec

    for point in entry_points(group=GROUP):
        package, _, name = point.value.partition(":")
        top, *below = package.split(".")
        # Only a package's parents would be imported by looking for it, and a top one has none.
        spec = find_spec(top)
        folders = list(spec.submodule_search_locations or ()) if spec is not None else []
        file = next((found for each in folders if (found := Path(each, *below, name)).is_file()), None)
        yield (point.dist.name if point.dist is not None else package), file


def _any_package_offers() -> bool:
    # The standard library's way of asking takes several times as long as a check of a file may.
    for place in dict.fromkeys(sys.path):
        for file in Path(place or ".").glob("*.dist-info/entry_points.txt"):
            try:
                if f"[{GROUP}]" in file.read_text(encoding="utf-8"):
                    return True
            except (OSError, UnicodeError):
                continue
    return False
