"""Overlays on disk: what was imported from a server, beside the project, one file for each version.

A text file of JSON lines: the first is the index, each of the others one type or one definition, so that a check
parses only the lines of the types that its flows name. `open_overlay` reads the index alone; what a line holds is
looked through when it is first asked for. Nothing in such a file is executed, and a line that is not sound stands for
a type of which nothing is known.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tiercel_schemas.catalog.overlay_facts import sound_object
from tiercel_schemas.versions import KestraVersion

if TYPE_CHECKING:
    from tiercel_schemas.catalog.importing import ImportedSchema

FOLDER = Path(".tiercel", "schemas")
"""Where overlays lie below the root of a project."""

LARGEST = 64 * 1024 * 1024
"""Bytes that an overlay may have."""

_FORMAT = 1
_AGAIN = "import the schema again (`tiercel schema import` or `tiercel schema pull`)"


class OverlayError(Exception):
    """An overlay that can't be used; the message says why and what to do."""


def overlay_path(root: Path, version: KestraVersion) -> Path:
    """Where the overlay of a version lies in a project."""
    return root / FOLDER / f"{version.value}.jsonl"


class Overlay:
    """An opened overlay: `index` as in the packaged data, and its shard, of which lines are read when asked for."""

    def __init__(self, index: Mapping[str, Any], lines: list[bytes]) -> None:
        self.kinds: Mapping[str, str] = {name: kind for name, (kind, _) in index["types"].items()}
        self.aliases: Mapping[str, str] = index["aliases"]
        self.deprecated: tuple[str, ...] = tuple(index["deprecated"])
        self.bases: Mapping[str, tuple[str, ...]] = {base: tuple(names) for base, names in index["bases"].items()}
        self.server: str | None = index["server"]
        self.shard: Mapping[str, Any] = {
            "types": _Lines(lines, {name: number for name, (_, number) in index["types"].items()}),
            "defs": _Lines(lines, index["defs"]),
        }


class _Lines(Mapping[str, Mapping[str, Any]]):
    """Objects by name, each on a line of its own."""

    def __init__(self, lines: list[bytes], numbers: Mapping[str, int]) -> None:
        self._lines = lines
        self._numbers = numbers

    def __getitem__(self, name: str) -> Mapping[str, Any]:
        number = self._numbers[name]
        try:
            loaded = json.loads(self._lines[number])
        except (ValueError, RecursionError, IndexError):
            loaded = None
        return sound_object(loaded)

    def __iter__(self) -> Iterator[str]:
        return iter(self._numbers)

    def __len__(self) -> int:
        return len(self._numbers)


def write_overlay(path: Path, imported: ImportedSchema, version: KestraVersion, server: str | None = None) -> None:
    """Writes what was imported; folders are made, and what stands there gives way at once or not at all.

    `server` is the server's own version, where it is known. Raises OSError.
    """
    index, body = _written(imported, version, server)
    path.parent.mkdir(parents=True, exist_ok=True)
    _leave_to_git(path.parent.parent)
    fresh = path.with_suffix(".new")
    fresh.write_bytes(_compact(index).encode() + b"\n" + body + b"\n")
    fresh.replace(path)


def opened_lines(imported: ImportedSchema, version: KestraVersion) -> Overlay:
    """An overlay that lies in no file."""
    index, body = _written(imported, version, None)
    return Overlay(index, [b"", *body.splitlines()])


def _written(imported: ImportedSchema, version: KestraVersion, server: str | None) -> tuple[dict[str, Any], bytes]:
    lines = [_compact(each) for each in (*imported.types.values(), *imported.definitions.values())]
    body = "\n".join(lines).encode()
    index = {
        "tiercel-schemas": _FORMAT,
        "kestra": version.value,
        "server": server,
        "check": zlib.crc32(body),
        "types": {name: (raw["kind"], number) for number, (name, raw) in enumerate(imported.types.items(), 1)},
        "defs": {name: number for number, name in enumerate(imported.definitions, 1 + len(imported.types))},
        "aliases": {old: name for name, raw in imported.types.items() for old in raw.get("aliases", ())},
        "deprecated": sorted(name for name, raw in imported.types.items() if raw.get("deprecated")),
        "bases": imported.bases,
    }
    return index, body


def _leave_to_git(state: Path) -> None:
    # The same that a run writes: state is not for git, unless someone adds a file on purpose.
    ignore = state / ".gitignore"
    if state.name == FOLDER.parts[0] and not ignore.exists():
        ignore.write_text("*\n", encoding="utf-8")


def open_overlay(path: Path, version: KestraVersion) -> Overlay:
    """Opens an overlay.

    Raises:
        OverlayError: if it can't be read, is too large, is none, is of another version, or was changed.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise OverlayError(f"{path} is too large for an imported schema; {_AGAIN}")
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise OverlayError(f"{path} can't be read: {error.strerror or error}") from None
    try:
        index = json.loads(lines[0]) if lines else None
    except (ValueError, RecursionError):
        index = None
    if not isinstance(index, Mapping) or index.get("tiercel-schemas") != _FORMAT:
        raise OverlayError(f"{path} is no imported schema that this Tiercel reads; {_AGAIN}")
    if index.get("kestra") != version.value:
        raise OverlayError(f"{path} is for Kestra {index.get('kestra')}, not {version}; {_AGAIN}")
    if index.get("check") != zlib.crc32(b"\n".join(lines[1:])) or not _is_index(index):
        raise OverlayError(f"{path} was changed or cut off since it was written; {_AGAIN}")
    return Overlay(index, lines)


def _is_index(index: Mapping[str, Any]) -> bool:
    types, defs, aliases, bases = (index.get(key) for key in ("types", "defs", "aliases", "bases"))
    return (
        isinstance(types, Mapping)
        and all(isinstance(each, list) and [type(part) for part in each] == [str, int] for each in types.values())
        and isinstance(defs, Mapping)
        and all(isinstance(each, int) for each in defs.values())
        and isinstance(aliases, Mapping)
        and all(isinstance(each, str) for each in aliases.values())
        and isinstance(bases, Mapping)
        and all(_are_texts(each) for each in bases.values())
        and _are_texts(index.get("deprecated"))
        and isinstance(index.get("server"), (str, type(None)))
    )


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _compact(value: Any) -> str:
    # A line must stay a line for whoever splits at more than a line feed.
    return json.dumps(value, separators=(",", ":"), sort_keys=True)
