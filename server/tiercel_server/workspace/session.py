"""Open documents and their projects: what an editor has on its screen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from urllib.parse import unquote, urlsplit

from tiercel_schemas.catalog import Catalog
from tiercel_schemas.source.spans import Span
from tiercel_schemas.versions import KestraVersion
from tiercel_server.workspace.catalogs import Catalogs
from tiercel_server.workspace.settings import ProjectSettings, find_project_file, read_settings
from tiercel_server.workspace.snapshot import DocumentSnapshot, ExcludedDocument


@dataclass(frozen=True, slots=True)
class TextEdit:
    """A stretch of a text (code points) and what takes its place."""

    span: Span
    text: str


class UnknownDocumentError(KeyError):
    """A document that is not open was asked for."""


class Session:
    """The open documents as snapshots, and the settings of the projects that they belong to.

    Snapshots may be read on any thread; the session itself is changed by one at a time.
    """

    def __init__(self, roots: Iterable[Path] = (), kestra_version: KestraVersion | None = None) -> None:
        self.roots = tuple(roots)
        self.kestra_version = kestra_version
        self._documents: dict[str, DocumentSnapshot] = {}
        self._settings: dict[Path, ProjectSettings] = {}
        self._catalogs = Catalogs()
        self._lock = Lock()

    @property
    def documents(self) -> tuple[DocumentSnapshot, ...]:
        """The newest snapshot of each open document."""
        return tuple(self._documents.values())

    def document(self, uri: str) -> DocumentSnapshot:
        """The newest snapshot of an open document.

        Raises:
            UnknownDocumentError: if it is not open.
        """
        try:
            return self._documents[uri]
        except KeyError:
            raise UnknownDocumentError(uri) from None

    def open(self, uri: str, text: str, version: int = 0) -> DocumentSnapshot:
        """Take up a document."""
        return self._keep(uri, text, version)

    def change(self, uri: str, edits: Iterable[TextEdit], version: int) -> DocumentSnapshot:
        """The document after edits, one after the other, each on the text that the one before it left.

        Raises:
            UnknownDocumentError: if the document is not open.
        """
        text = self.document(uri).text.text
        for edit in edits:
            text = text[: edit.span.start] + edit.text + text[edit.span.end :]
        return self._keep(uri, text, version)

    def replace(self, uri: str, text: str, version: int) -> DocumentSnapshot:
        """The document with a whole new text."""
        return self._keep(uri, text, version)

    def close(self, uri: str) -> None:
        """Forget a document."""
        with self._lock:
            self._documents.pop(uri, None)

    def settings_for(self, uri: str) -> ProjectSettings:
        """The settings that hold for a document: of the nearest project file within its workspace."""
        path = path_of(uri)
        if path is None:
            return ProjectSettings()
        found = find_project_file(path.parent, self._root_of(path))
        if found is None:
            return ProjectSettings()
        if found not in self._settings:
            self._settings[found] = read_settings(found)
        return self._settings[found]

    def _catalog_for(self, uri: str, version: KestraVersion) -> Catalog:
        path = path_of(uri)
        return self._catalogs.catalog_for(path.parent if path is not None else None, version, self._root_of(path))

    def _root_of(self, path: Path | None) -> Path | None:
        return next((root for root in self.roots if path is not None and path.is_relative_to(root)), None)

    def reload_settings(self, kestra_version: KestraVersion | None = None) -> tuple[DocumentSnapshot, ...]:
        """Read project files anew, set the editor's own version, and give new snapshots of all documents."""
        self._settings.clear()
        self.kestra_version = kestra_version
        return tuple(self._keep(each.name, each.text.text, each.version) for each in self.documents)

    def _keep(self, uri: str, text: str, version: int) -> DocumentSnapshot:
        settings = self.settings_for(uri)
        path = path_of(uri)
        kind = DocumentSnapshot if path is None or settings.covers(path) else ExcludedDocument
        snapshot = kind(
            uri,
            text,
            version=version,
            settings=settings,
            kestra_version=self.kestra_version,
            catalog=self._catalog_for(uri, self.kestra_version or settings.effective_version),
        )
        with self._lock:
            self._documents[uri] = snapshot
        return snapshot


def path_of(uri: str) -> Path | None:
    """The file behind a `file:` URI or a plain path; None for any other scheme."""
    parts = urlsplit(uri)
    if parts.scheme == "file":
        path = unquote(parts.path)
        is_drive = len(path) > 2 and path[0] == "/" and path[2] == ":"
        return Path(path[1:] if is_drive else path)
    return Path(uri) if len(parts.scheme) <= 1 else None
