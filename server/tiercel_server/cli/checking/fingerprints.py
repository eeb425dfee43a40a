"""Digests of all that findings hang on: whoever has the same ones gets the same findings."""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

import click

import tiercel_engine
import tiercel_schemas
import tiercel_server
from tiercel_schemas.catalog.contributed import contributing_files
from tiercel_server.analysis.workspace_flows import WorkspaceFlows
from tiercel_server.cli.checking import plain
from tiercel_server.cli.checking.sources import Source
from tiercel_server.workspace.catalogs import find_overlay
from tiercel_server.workspace.settings import ProjectSettings

_PACKAGES = (tiercel_schemas, tiercel_engine, tiercel_server)


def digest(*parts: str | bytes) -> str:
    """A digest of parts, each told from the next."""
    state = hashlib.blake2b(digest_size=16)
    for part in parts:
        data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        state.update(len(data).to_bytes(8, "big"))
        state.update(data)
    return state.hexdigest()


def build_digest() -> str:
    """This Tiercel: its version and files, the Python it runs on, the libraries around it and the types they tell of.

    Files are told by size and time, so that an installation that is worked on is another one after each change.
    """
    lines = [tiercel_schemas.__version__, sys.version]
    for package in _PACKAGES:
        for folder in package.__path__:
            lines += sorted(_files(folder))
    libraries = Path(click.__file__).parent.parent
    lines += sorted(name for name in os.listdir(libraries) if name.endswith(".dist-info"))  # noqa: PTH208 - names only
    lines += [f"{package}:{_stamp(file)}" for package, file in contributing_files()]
    return digest(*lines)


def _stamp(file: Path | None) -> str:
    try:
        about = file.stat() if file is not None else None
    except OSError:
        about = None
    return f"{file}:{about.st_size}:{about.st_mtime_ns}" if about is not None else "nothing"


def _files(folder: str) -> list[str]:
    found = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                if entry.name != "__pycache__":
                    found += _files(entry.path)
            else:
                about = entry.stat()
                found.append(f"{entry.path}:{about.st_size}:{about.st_mtime_ns}")
    return found


def flows_digest(flows: WorkspaceFlows) -> str:
    """What the flows of a workspace know of one another."""
    return digest(plain.compact(plain.flows_to_plain(flows)))


class SourceDigests:
    """Digests of texts with their settings and the schema that was imported for them."""

    def __init__(self) -> None:
        self._settings: dict[int, tuple[ProjectSettings, str]] = {}
        self._found: dict[tuple[Path, str], Path | None] = {}
        self._overlays: dict[Path, str] = {}

    def of(self, source: Source) -> str:
        """All that the findings on a text hang on, but for the build and the other flows."""
        return digest(source.version.value, self._of_settings(source.settings), self._of_overlay(source), source.text)

    def _of_settings(self, settings: ProjectSettings) -> str:
        if id(settings) not in self._settings:
            # The settings are kept with their digest, for an id is only good while its object lives.
            self._settings[id(settings)] = settings, digest(plain.compact(plain.settings_to_plain(settings)))
        return self._settings[id(settings)][1]

    def _of_overlay(self, source: Source) -> str:
        key = (source.folder, source.version.value)
        if key not in self._found:
            self._found[key] = find_overlay(source.folder, source.version)
        path = self._found[key]
        if path is None:
            return ""
        if path not in self._overlays:
            try:
                self._overlays[path] = digest(path.read_bytes())
            except OSError:
                self._overlays[path] = "unreadable"
        return self._overlays[path]
