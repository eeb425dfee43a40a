"""Graphs of files and folders: what `tiercel graph` reads."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tiercel_schemas.versions import KestraVersion
from tiercel_server.analysis.names.calls import FlowId
from tiercel_server.cli.checking.files import find_files
from tiercel_server.cli.running.complaints import Refused
from tiercel_server.cli.running.flow_file import STDIN, choose_flow, read_flow_file
from tiercel_server.cli.running.place import find_place
from tiercel_server.features.graph import FlowPlace, Graph, flow_graph, workspace_graph
from tiercel_server.features.graph.flow_graph import flow_name
from tiercel_server.workspace.files import read_text
from tiercel_server.workspace.folders import Folders
from tiercel_server.workspace.settings import ProjectSettings, read_settings


def read_flow_graph(
    argument: str, flow_id: str | None, version: KestraVersion | None, workspace: Path | None, depth: int
) -> Graph:
    """The graph of the flow in a file; raises `Refused`. Subflows are looked for where there is a `depth` for them."""
    start = Path.cwd() if argument == STDIN else Path(argument).parent
    place = find_place(workspace, start)
    settings = read_settings(place.project_file) if place.project_file is not None else ProjectSettings()
    file = read_flow_file(argument, settings, version)
    flow = FlowPlace(file.name, choose_flow(file, flow_id))

    @cache
    def flows() -> dict[FlowId, FlowPlace]:
        found: dict[FlowId, FlowPlace] = {}
        for each in _places(place.root, version):
            found.setdefault(flow_name(each.flow.outline), each)
        return found

    return flow_graph(flow, lambda name: flows().get(name) if depth else None, depth=depth)


def folder_graph(folder: Path, version: KestraVersion | None) -> Graph:
    """The graph of the flows below a folder; raises `Refused` where there is none."""
    graph = workspace_graph(str(folder), _places(folder, version))
    if not graph.nodes:
        raise Refused(f"No flow found under {folder}.")
    return graph


def _places(folder: Path, version: KestraVersion | None) -> Iterator[FlowPlace]:
    folders = Folders((), version)
    for found in find_files((folder,)):
        text = read_text(found.path)
        if text is None:
            continue
        snapshot = folders.snapshot(found.path.resolve().as_uri(), text)
        for flow in snapshot.flows:
            yield FlowPlace(Path(os.path.relpath(found.path)).as_posix(), flow)
