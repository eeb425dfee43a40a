"""The folders of a workspace: which project, settings and catalog hold for a document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

from tiercel_schemas.catalog import Catalog
from tiercel_schemas.versions import KestraVersion
from tiercel_server.workspace.catalogs import Catalogs
from tiercel_server.workspace.settings import ProjectSettings, find_project_file, read_settings
from tiercel_server.workspace.snapshot import DocumentSnapshot, ExcludedDocument


class Folders:
    """Makes snapshots with all that their place in the workspace says. Settings are read once, until `forget`."""

    def __init__(self, roots: Iterable[Path] = (), kestra_version: KestraVersion | None = None) -> None:
        self.roots = tuple(roots)
        self.kestra_version = kestra_version
        self._settings: dict[Path, ProjectSettings] = {}
        self._catalogs = Catalogs()

    def snapshot(self, uri: str, text: str, version: int = 0) -> DocumentSnapshot:
        """A document of this name and text."""
        settings, path = self.settings_for(uri), path_of(uri)
        kind = DocumentSnapshot if path is None or settings.covers(path) else ExcludedDocument
        return kind(
            uri,
            text,
            version=version,
            settings=settings,
            kestra_version=self.kestra_version,
            catalog=self._catalog_for(path, self.kestra_version or settings.effective_version),
            project=str(settings.root or self.root_of(path) or ""),
        )

    def settings_for(self, uri: str) -> ProjectSettings:
        """The settings that hold for a document: of the nearest project file within its workspace."""
        path = path_of(uri)
        found = find_project_file(path.parent, self.root_of(path)) if path is not None else None
        if found is None:
            return ProjectSettings()
        if found not in self._settings:
            self._settings[found] = read_settings(found)
        return self._settings[found]

    def root_of(self, path: Path | None) -> Path | None:
        """The folder of the workspace that holds a file."""
        return next((root for root in self.roots if path is not None and path.is_relative_to(root)), None)

    def forget(self) -> None:
        """Read project files anew when they are asked for."""
        self._settings.clear()

    @property
    def schema_problems(self) -> Mapping[Path, str]:
        """Why imported schemas are not used, by their files."""
        return {path: problem for path, problem in self._catalogs.problems.items() if path.exists()}

    def _catalog_for(self, path: Path | None, version: KestraVersion) -> Catalog:
        return self._catalogs.catalog_for(path.parent if path is not None else None, version, self.root_of(path))


def path_of(uri: str) -> Path | None:
    """The file behind a `file:` URI or a plain path; None for any other scheme."""
    parts = urlsplit(uri)
    if parts.scheme == "file":
        path = unquote(parts.path)
        is_drive = len(path) > 2 and path[0] == "/" and path[2] == ":"
        return Path(path[1:] if is_drive else path)
    return Path(uri) if len(parts.scheme) <= 1 else None
