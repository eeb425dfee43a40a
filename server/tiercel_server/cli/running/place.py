"""Where a command works: the folder that holds `.tiercel/`, and the project file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tiercel_server.workspace.settings import find_project_file


@dataclass(frozen=True, slots=True)
class Place:
    """A workspace. `project_file` is its `tiercel.yaml`, None when it has none."""

    root: Path
    project_file: Path | None


def find_place(workspace: Path | None, start: Path) -> Place:
    """The workspace that was named, else the folder of the nearest `tiercel.yaml` from `start` up, else `start`."""
    project_file = find_project_file((workspace or start).resolve())
    root = workspace or (project_file.parent if project_file is not None else start)
    return Place(root.resolve(), project_file)
