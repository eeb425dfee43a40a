"""Open documents and their projects: what an editor has on its screen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from tiercel_schemas.source.spans import Span
from tiercel_schemas.versions import KestraVersion
from tiercel_server.workspace.folders import Folders, path_of
from tiercel_server.workspace.settings import ProjectSettings
from tiercel_server.workspace.snapshot import DocumentSnapshot

__all__ = ["Session", "TextEdit", "UnknownDocumentError", "path_of"]


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
        self._folders = Folders(roots, kestra_version)
        self._documents: dict[str, DocumentSnapshot] = {}
        self._lock = Lock()

    @property
    def schema_problems(self) -> Mapping[Path, str]:
        """Why imported schemas are not used, by their files."""
        return self._folders.schema_problems

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

    @property
    def roots(self) -> tuple[Path, ...]:
        """The folders of the workspace."""
        return self._folders.roots

    @roots.setter
    def roots(self, roots: Iterable[Path]) -> None:
        self._folders.roots = tuple(roots)

    @property
    def kestra_version(self) -> KestraVersion | None:
        """The version that the editor sets for all documents, None where project files tell."""
        return self._folders.kestra_version

    def settings_for(self, uri: str) -> ProjectSettings:
        """The settings that hold for a document: of the nearest project file within its workspace."""
        return self._folders.settings_for(uri)

    def reload_settings(self, kestra_version: KestraVersion | None = None) -> tuple[DocumentSnapshot, ...]:
        """Read project files anew, set the editor's own version, and give new snapshots of all documents."""
        self._folders.forget()
        self._folders.kestra_version = kestra_version
        return tuple(self._keep(each.name, each.text.text, each.version) for each in self.documents)

    def _keep(self, uri: str, text: str, version: int) -> DocumentSnapshot:
        snapshot = self._folders.snapshot(uri, text, version)
        with self._lock:
            self._documents[uri] = snapshot
        return snapshot
