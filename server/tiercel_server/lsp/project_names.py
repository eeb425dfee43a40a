"""Names that a project and its state give: namespace files, keys and secrets, the latter's values never kept."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tiercel_schemas.model.project import Project

logger = logging.getLogger(__name__)
_STATE = ".tiercel"
_SECRET = "SECRET_"  # noqa: S105 - the prefix of variables that hold secrets
_DOTENV = ".env"
_FRESH = 2.0
"""Seconds for which a listing of folders holds."""
_MOST_FILES = 2_000
_LARGEST = 1_000_000
Names = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class ProjectNames:
    """Names by namespace; those of every namespace stand below ""."""

    files: Names = field(default_factory=dict)
    kv: Names = field(default_factory=dict)
    secrets: Names = field(default_factory=dict)


class KnownNames:
    """Reads names for a folder, and keeps them for a moment. For worker threads."""

    def __init__(self) -> None:
        self._known: dict[tuple[Path, Path | None], tuple[float, ProjectNames]] = {}
        self._refreshing: set[tuple[Path, Path | None]] = set()

    def of(self, folder: Path, project_file: Path | None) -> ProjectNames:
        """The names of the project in a folder; those of a moment ago while they are read anew."""
        key = (folder, project_file)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = (time.monotonic(), _read(folder, project_file))
        elif time.monotonic() - known[0] > _FRESH and key not in self._refreshing:
            self._refreshing.add(key)
            Thread(target=self._refresh, args=(key,), name="tiercel-names", daemon=True).start()
        return known[1]

    def _refresh(self, key: tuple[Path, Path | None]) -> None:
        try:
            self._known[key] = (time.monotonic(), _read(*key))
        except Exception:
            logger.exception("The names of %s could not be read", key[0])
        finally:
            self._refreshing.discard(key)

    def forget(self) -> None:
        """Read everything anew when it is next asked for."""
        self._known.clear()


def _read(folder: Path, project_file: Path | None) -> ProjectNames:
    project = _project(project_file)
    files: dict[str, list[str]] = {}
    kv: dict[str, list[str]] = {}
    names = {"": [*(project.kv or ())]} if project is not None else {}
    for namespace, settings in (project.namespaces if project is not None else {}).items():
        kv[namespace] = [str(key) for key in settings.kv]
        if settings.files is not None and project_file is not None:
            files[namespace] = list(_files_below(project_file.parent / settings.files))
    for namespace, path in _stored(folder / _STATE / "storage", "_files"):
        files.setdefault(namespace, []).extend(_files_below(path))
    for namespace, path in _stored(folder / _STATE / "kv", "_kv"):
        kv.setdefault(namespace, []).extend(each.stem for each in path.glob("*.json"))
    secrets = {"": tuple(sorted(_secrets(folder, project)))}
    return ProjectNames(_sorted(files), _sorted({**names, **kv}), secrets)


def _project(path: Path | None) -> Project | None:
    if path is None:
        return None
    from tiercel_schemas.model.project import read_usable_project
    from tiercel_schemas.source.parser import parse_source
    from tiercel_schemas.source.values import TooManyValuesError, plain_value
    from tiercel_server.workspace.settings import ProjectFileError, read_project_text

    try:
        documents = parse_source(read_project_text(path)).documents
        return read_usable_project(plain_value(documents[0].root if documents else None))[0]
    except (ProjectFileError, TooManyValuesError):
        return None


def _files_below(folder: Path) -> Iterator[str]:
    count = 0
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if name.startswith("."):
                continue
            count += 1
            if count > _MOST_FILES:
                return
            yield (Path(parent) / name).relative_to(folder).as_posix()


def _stored(root: Path, mark: str) -> Iterator[tuple[str, Path]]:
    """Folders of a store by namespace: those that are called `mark`."""
    for seen, (parent, folders, _) in enumerate(os.walk(root)):
        if seen > _MOST_FILES:
            return
        if mark in folders:
            yield ".".join(Path(parent).relative_to(root).parts), Path(parent) / mark
        folders[:] = [name for name in folders if not name.startswith("_") and name != "executions"]


def _secrets(folder: Path, project: Project | None) -> Iterator[str]:
    yield from (project.secrets or ()) if project is not None else ()
    yield from (name.upper().removeprefix(_SECRET) for name in os.environ if name.upper().startswith(_SECRET))
    named: list[str] = []
    if project is not None:
        own = (each.secrets.dotenv for each in project.namespaces.values() if each.secrets is not None)
        general = project.run.secrets.dotenv if project.run.secrets is not None else None
        named = [name for name in (project.run.dotenv, general, *own) if name]
    for name in named:
        yield from (each.removeprefix(_SECRET) for each in _dotenv_names(folder / name))
    if _DOTENV not in named:
        # A file that nobody named may hold anything; what is called a secret there is meant as one.
        found = _dotenv_names(folder / _DOTENV)
        yield from (each.removeprefix(_SECRET) for each in found if each.startswith(_SECRET))


def _dotenv_names(path: Path) -> list[str]:
    try:
        if path.stat().st_size > _LARGEST:
            return []
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
    names = (line.strip().removeprefix("export ").partition("=")[0].strip() for line in lines if "=" in line)
    return [name.upper() for name in names if name and not name.startswith("#") and name.replace("_", "").isalnum()]


def _sorted(names: Mapping[str, list[str]]) -> Names:
    return {namespace: tuple(sorted(set(found))) for namespace, found in names.items() if found}
