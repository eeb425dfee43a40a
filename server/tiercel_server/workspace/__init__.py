"""Documents as immutable snapshots, which of them are flows, and the settings of their project.

snapshot = DocumentSnapshot(uri_or_path, text, version=3, settings=settings)
snapshot.source, snapshot.flows, snapshot.flow_at(offset), snapshot.kestra_version

session = Session(roots=[folder])
session.open(uri, text); session.change(uri, [TextEdit(Span(3, 5), "x")], version=2)
"""

from tiercel_server.workspace.session import Session, TextEdit, UnknownDocumentError
from tiercel_server.workspace.settings import ProjectSettings, find_project_file, parse_settings, read_settings
from tiercel_server.workspace.snapshot import DocumentSnapshot

__all__ = [
    "DocumentSnapshot",
    "ProjectSettings",
    "Session",
    "TextEdit",
    "UnknownDocumentError",
    "find_project_file",
    "parse_settings",
    "read_settings",
]
