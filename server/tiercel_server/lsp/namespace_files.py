"""Files of namespaces on this machine: in the folder that the project names, or in the workspace's state."""

from __future__ import annotations

from pathlib import Path

from tiercel_schemas.model.project import STATE_FOLDER, read_usable_project
from tiercel_schemas.source.parser import parse_source
from tiercel_schemas.source.values import TooManyValuesError, plain_value
from tiercel_server.workspace.settings import ProjectFileError, read_project_text


def find_namespace_file(namespace: str, path: str, project_file: Path | None, workspace: Path | None) -> Path | None:
    """The file behind a path of a namespace; None where there is none, or the path leads out of its folder."""
    for folder in _folders(namespace, project_file, workspace):
        found = (folder / path).resolve()
        if found.is_relative_to(folder.resolve()) and found.is_file():
            return found
    return None


def _folders(namespace: str, project_file: Path | None, workspace: Path | None) -> list[Path]:
    folders = []
    if project_file is not None:
        try:
            documents = parse_source(read_project_text(project_file)).documents
            project = read_usable_project(plain_value(documents[0].root if documents else None))[0]
        except (ProjectFileError, TooManyValuesError):
            return []
        settings = project.namespaces.get(namespace)
        if settings is not None and settings.files is not None:
            folders.append(project_file.parent / settings.files)
    if workspace is not None and namespace:
        folders.append(workspace / STATE_FOLDER / "storage" / Path(*namespace.split(".")) / "_files")
    return folders
