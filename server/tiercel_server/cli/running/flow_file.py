"""The FLOW argument: a file or standard input, read and narrowed down to one flow."""

from __future__ import annotations

import difflib
import stat
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tiercel_schemas.model import Flow, FlowError, read_flow
from tiercel_schemas.source.values import TooManyValuesError, plain_value
from tiercel_schemas.versions import KestraVersion
from tiercel_server.analysis.flow import FlowAnalysis
from tiercel_server.cli.near_names import broken_link, near_paths
from tiercel_server.cli.running.complaints import Refused
from tiercel_server.workspace.catalogs import Catalogs
from tiercel_server.workspace.settings import ProjectSettings
from tiercel_server.workspace.snapshot import DocumentSnapshot

STDIN = "-"
LARGEST_FLOW = 10_000_000


@dataclass(frozen=True)
class FlowFile:
    """A file with at least one flow. `path` is None for standard input; `name` is what to call it."""

    name: str
    path: Path | None
    snapshot: DocumentSnapshot

    @property
    def folder(self) -> Path:
        """Where the flow's neighbours may be."""
        return self.path.parent if self.path is not None else Path.cwd()


def read_flow_file(argument: str, settings: ProjectSettings, version: KestraVersion | None) -> FlowFile:
    """Read the file that FLOW names; raises `Refused`."""
    if argument == STDIN:
        name, path, data = "<stdin>", None, sys.stdin.buffer.read(LARGEST_FLOW + 1)
    else:
        path = Path(argument)
        name, data = argument, _bytes_of(path)
    text = _decoded(name, data)
    folder = path.parent.resolve() if path is not None else Path.cwd()
    catalog = Catalogs().catalog_for(folder, version or settings.effective_version)
    snapshot = DocumentSnapshot(name, text, settings=settings, kestra_version=version, catalog=catalog)
    if not snapshot.flows:
        raise Refused(
            f"{name} holds no flow.",
            "A flow is a YAML map with `id`, `namespace` and a list of `tasks`.",
        )
    return FlowFile(name, path, snapshot)


def choose_flow(file: FlowFile, flow_id: str | None) -> FlowAnalysis:
    """The flow to run: the only one, or the one with this id; raises `Refused`."""
    flows = {str(_value(flow).get("id")): flow for flow in file.snapshot.flows}
    known = ", ".join(flows)
    if flow_id is not None:
        if flow_id in flows:
            return flows[flow_id]
        near = difflib.get_close_matches(flow_id, flows, n=1)
        hint = f" Did you mean '{near[0]}'?" if near else ""
        raise Refused(f"{file.name} has no flow '{flow_id}'.{hint}", f"It holds: {known}.")
    if len(file.snapshot.flows) > 1:
        raise Refused(f"{file.name} holds {len(file.snapshot.flows)} flows: {known}.", "Choose one with --flow ID.")
    return file.snapshot.flows[0]


def flow_of(file_name: str, analysis: FlowAnalysis, version: KestraVersion) -> Flow:
    """The model of a flow; raises `Refused` with every problem."""
    try:
        return read_flow(_value(analysis), version)
    except FlowError as error:
        problems = [f"  {problem}" for problem in error.problems]
        raise Refused(f"The flow in {file_name} can't run:", *problems) from error


def _value(analysis: FlowAnalysis) -> dict[str, Any]:
    try:
        value = plain_value(analysis.root)
    except TooManyValuesError as error:
        raise Refused(f"The flow can't be read: {error}.") from error
    return value if isinstance(value, dict) else {}


def _bytes_of(path: Path) -> bytes:
    if path.is_dir():
        raise Refused(f"{path} is a folder.", "Name one flow file; `tiercel check` takes folders.")
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            # A pipe would be waited for without end.
            raise Refused(f"{path} is not a regular file.", "Name a flow file, or - for standard input.")
        with path.open("rb") as source:
            data = source.read(LARGEST_FLOW + 1)
    except FileNotFoundError:
        target = broken_link(path)
        if target is not None:
            raise Refused(f"{path} is a link to {target}, which does not exist.") from None
        raise Refused(f"There is no file {path}.", *_near_names(path)) from None
    except OSError as error:
        raise Refused(f"{path} can't be read: {error.strerror or error}.") from error
    return data


def _near_names(path: Path) -> list[str]:
    folder = path.parent
    if not folder.is_dir():
        return [f"The folder {folder} does not exist."]
    near = near_paths(path, (".yaml", ".yml"))
    return [f"Did you mean {' or '.join(map(str, near))}?"] if near else []


def _decoded(name: str, data: bytes) -> str:
    if len(data) > LARGEST_FLOW:
        raise Refused(f"{name} is larger than {LARGEST_FLOW // 1_000_000} MB, too large for a flow.")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Refused(f"{name} is encoded as UTF-16.", "Save it as UTF-8: Kestra reads nothing else.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise Refused(
            f"{name} is not UTF-8: byte 0x{data[error.start]:02x} in line {line}.",
            "Save it as UTF-8: Kestra reads nothing else.",
        ) from error
