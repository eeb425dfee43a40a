"""The catalog that holds for a folder: the packaged one, with what was imported into the folder's project."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from threading import Lock
from typing import NamedTuple

from tiercel_schemas.catalog import Catalog, load_catalog
from tiercel_schemas.catalog.contributed import contributed, joined
from tiercel_schemas.catalog.overlay_file import OverlayError, open_overlay, overlay_path
from tiercel_schemas.versions import KestraVersion
from tiercel_server.workspace.settings import PROJECT_FILE


def schema_root(start: Path) -> Path:
    """Where a project keeps imported schemas: the folder of `tiercel.yaml`, else of the repository, else `start`."""
    folders = (start, *start.parents)
    project = next((each for each in folders if (each / PROJECT_FILE).is_file()), None)
    return project or next((each for each in folders if (each / ".git").exists()), start)


def find_overlay(start: Path, version: KestraVersion, root: Path | None = None) -> Path | None:
    """The nearest imported schema of a version from a folder upwards.

    The search ends with the project: at `tiercel.yaml`, at `root`, or at the repository where there is no `root`.
    """
    for folder in (start, *start.parents):
        path = overlay_path(folder, version)
        if path.is_file():
            return path
        if folder == root or (folder / PROJECT_FILE).is_file() or (root is None and (folder / ".git").exists()):
            return None
    return None


class _Opened(NamedTuple):
    stamp: tuple[int, int]
    catalog: Catalog
    problem: str | None


class Catalogs:
    """Catalogs by folder. A file is opened once, and again when it has changed; safe on any thread."""

    def __init__(self) -> None:
        self._opened: dict[Path, _Opened] = {}
        self._lock = Lock()

    def catalog_for(self, folder: Path | None, version: KestraVersion, root: Path | None = None) -> Catalog:
        """The catalog for documents in a folder; the packaged one where nothing was imported or it can't be used."""
        path = find_overlay(folder, version, root) if folder is not None else None
        if path is not None:
            return self._open(path, version).catalog
        return load_catalog(version, contributed(version).overlay)

    @property
    def problems(self) -> Mapping[Path, str]:
        """Why imported schemas that were found are not used, by their files."""
        return {path: each.problem for path, each in self._opened.items() if each.problem is not None}

    def _open(self, path: Path, version: KestraVersion) -> _Opened:
        try:
            about = path.stat()
            stamp = (about.st_mtime_ns, about.st_size)
        except OSError:
            stamp = (0, 0)
        with self._lock:
            opened = self._opened.get(path)
            if opened is None or opened.stamp != stamp:
                opened = self._opened[path] = self._read(path, version, stamp)
        return opened

    def _read(self, path: Path, version: KestraVersion, stamp: tuple[int, int]) -> _Opened:
        of_packages = contributed(version).overlay
        try:
            return _Opened(stamp, load_catalog(version, joined(open_overlay(path, version), of_packages)), None)
        except OverlayError as error:
            return _Opened(stamp, load_catalog(version, of_packages), str(error))
