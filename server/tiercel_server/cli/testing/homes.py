"""Where a suite is at home: its workspace, with the flows that it may test."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from pathlib import Path

from tiercel_schemas.model import Flow, FlowError
from tiercel_schemas.model.namespace_defaults import with_namespace_defaults
from tiercel_schemas.versions import KestraVersion
from tiercel_server.analysis import FlowAnalysis
from tiercel_server.cli.running.complaints import Refused
from tiercel_server.cli.running.flow_file import flow_of, read_flow_file
from tiercel_server.cli.running.neighbours import Neighbours
from tiercel_server.cli.running.place import Place
from tiercel_server.cli.running.preparing import neighbours_in, project_at
from tiercel_server.rules import diagnose
from tiercel_server.rules.acceptance import refusals
from tiercel_server.workspace.files import LARGEST, find_files
from tiercel_server.workspace.settings import ProjectSettings, read_settings

_MOST_FINDINGS = 5


class UnusableFlowError(Exception):
    """A flow that can't be tested; the lines say why, the first is the gist."""

    def __init__(self, *lines: str) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


def _called(path: Path) -> str:
    """A path as people call it: from this folder where it is below it."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


class Home:
    """A workspace: its settings, and its flows by namespace and id, each looked at once."""

    def __init__(self, place: Place, version: KestraVersion | None) -> None:
        """Raises `Refused` where `tiercel.yaml` can't be used."""
        self.place = place
        project_file = self.place.project_file
        self.project = project_at(project_file)
        self.settings = read_settings(project_file) if project_file is not None else ProjectSettings()
        self.version = version or self.settings.effective_version
        self.neighbours: Neighbours = neighbours_in(self.place.root, self.version, self.project)
        self._flows: dict[tuple[str, str], Flow | UnusableFlowError] = {}
        self._analyses: dict[tuple[str, str], tuple[Path, FlowAnalysis]] | None = None

    @property
    def root(self) -> Path:
        """The folder of the workspace."""
        return self.place.root

    def flow(self, namespace: str, flow_id: str) -> Flow:
        """The flow as it would run; raises `UnusableFlowError`."""
        key = (namespace, flow_id)
        if key not in self._flows:
            try:
                self._flows[key] = self._read(*key)
            except UnusableFlowError as error:
                self._flows[key] = error
        found = self._flows[key]
        if isinstance(found, UnusableFlowError):
            raise found
        return found

    def analysis(self, namespace: str, flow_id: str) -> FlowAnalysis | None:
        """The flow as it is written, None where the workspace has none."""
        found = self._all().get((namespace, flow_id))
        return found[1] if found is not None else None

    def path_of(self, namespace: str, flow_id: str) -> Path | None:
        """The file of a flow."""
        found = self._all().get((namespace, flow_id))
        return found[0] if found is not None else None

    def _read(self, namespace: str, flow_id: str) -> Flow:
        found = self._all().get((namespace, flow_id))
        if found is None:
            raise UnusableFlowError(self._unknown(namespace, flow_id))
        path, analysis = found
        file = read_flow_file(str(path), self.settings, self.version)
        span = analysis.document.span
        errors = [each for each in refusals(diagnose(file.snapshot)) if span.start <= each.span.start <= span.end]
        if errors:
            lines = []
            for each in errors[:_MOST_FINDINGS]:
                place = file.snapshot.text.position(each.span.start)
                lines.append(f"{_called(path)}:{place.line + 1}:{place.column + 1}: {each.message} [{each.code}]")
            raise UnusableFlowError(f"flow '{flow_id}' has errors, so it was not run", *lines)
        try:
            flow = with_namespace_defaults(flow_of(_called(path), analysis, self.version), self.project)
        except Refused as refusal:
            raise UnusableFlowError(*refusal.lines) from None
        except FlowError as error:
            raise UnusableFlowError(f"flow '{flow_id}' can't run", *map(str, error.problems)) from None
        if flow.disabled:
            raise UnusableFlowError(f"flow '{flow_id}' is disabled, so Kestra would not run it")
        return flow

    def _unknown(self, namespace: str, flow_id: str) -> str:
        names = [f"{space}.{name}" for space, name in self._all()]
        near = difflib.get_close_matches(f"{namespace}.{flow_id}", names, 1)
        hint = f"; did you mean '{near[0]}'?" if near else ""
        return f"flow '{flow_id}' does not exist in namespace '{namespace}'{hint}"

    def _all(self) -> dict[tuple[str, str], tuple[Path, FlowAnalysis]]:
        if self._analyses is None:
            self._analyses = {}
            for path, flow in self._written():
                outline = flow.outline
                if outline.id is not None and outline.namespace is not None:
                    self._analyses.setdefault((outline.namespace.value, outline.id.value), (path, flow))
        return self._analyses

    def _written(self) -> Iterator[tuple[Path, FlowAnalysis]]:
        import fnmatch

        for path in find_files([self.root]):
            relative = path.relative_to(self.root).as_posix()
            if any(fnmatch.fnmatch(relative, glob) for glob in self.project.exclude):
                continue
            try:
                if path.stat().st_size > LARGEST or b"tasks" not in path.read_bytes():
                    continue
                file = read_flow_file(str(path), self.settings, self.version)
            except (OSError, Refused):
                continue
            yield from ((path, flow) for flow in file.snapshot.flows)
