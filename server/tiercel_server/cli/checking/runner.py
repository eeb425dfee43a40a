"""From files to a report."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from tiercel_schemas.diagnostics import Diagnostic, Severity
from tiercel_schemas.versions import KestraVersion
from tiercel_server.analysis.workspace_flows import NO_FLOWS, WorkspaceFlows
from tiercel_server.cli.checking.files import FoundFile
from tiercel_server.cli.checking.fixing import Mended, mend
from tiercel_server.cli.checking.reading import UnreadableFileError, decode, may_hold_flow, read_text
from tiercel_server.cli.checking.report import Report, ReportedFinding, file_problem, reported
from tiercel_server.rules import diagnose
from tiercel_server.rules.fixes import Fix
from tiercel_server.workspace.catalogs import Catalogs
from tiercel_server.workspace.flow_index import index_flows
from tiercel_server.workspace.settings import PROJECT_FILE, ProjectSettings, find_project_file, read_settings
from tiercel_server.workspace.snapshot import DocumentSnapshot

NO_FLOW, UNREADABLE = "no-flow", "unreadable-file"
IMPORTED_SCHEMA = "imported-schema"
"""Code of an imported schema that can't be used."""
MISUSE_CODES = frozenset({NO_FLOW, UNREADABLE})
"""Codes of problems with what was asked for, not with a flow: they end the command with 2."""


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """What the command line asks for. `select`, when given, leaves only these codes."""

    kestra_version: KestraVersion | None = None
    select: frozenset[str] = frozenset()
    ignore: frozenset[str] = frozenset()
    profiles: frozenset[str] = frozenset()

    def wants(self, finding: Diagnostic) -> bool:
        """Whether a finding is to be reported."""
        return not self.select or finding.code in self.select


@dataclass(slots=True)
class CheckRun:
    """One run of the command: files are read first, so that flows know of one another, then checked."""

    options: CheckOptions = field(default_factory=CheckOptions)
    misused: bool = False
    _settings: dict[Path, ProjectSettings] = field(default_factory=dict)
    _projects: dict[Path, ProjectSettings] = field(default_factory=dict)
    _catalogs: Catalogs = field(default_factory=Catalogs)
    _findings: list[ReportedFinding] = field(default_factory=list)
    _snapshots: list[DocumentSnapshot] = field(default_factory=list)
    _looks_old: bool = False

    def add_file(self, file: FoundFile) -> None:
        """Read a file; one that was found, not named, is passed over where its project leaves it out."""
        settings = self._settings_of(file.path.parent)
        if not file.named and not settings.covers(file.path):
            return
        try:
            text = read_text(file.path)
        except UnreadableFileError as error:
            self._misuse(str(file.path), UNREADABLE, str(error), named=file.named, grave=error.seems_flow)
            return
        self._add(str(file.path), text, settings, named=file.named)

    def add_bytes(self, name: str, data: bytes) -> None:
        """Take a text under a name, as from standard input."""
        try:
            text = decode(data)
        except UnreadableFileError as error:
            self._misuse(name, UNREADABLE, str(error), named=True)
            return
        self._add(name, text, self._settings_of(Path(name).parent), named=True)

    def _add(self, name: str, text: str, settings: ProjectSettings, *, named: bool) -> None:
        if named or may_hold_flow(text):
            version = self.options.kestra_version or settings.effective_version
            catalog = self._catalogs.catalog_for(Path(name).parent.resolve(), version)
            snapshot = DocumentSnapshot(
                name, text, settings=settings, kestra_version=self.options.kestra_version, catalog=catalog
            )
            if snapshot.is_flow:
                self._snapshots.append(snapshot)
                return
        # What is wrong with a project file is told with the settings.
        if named and Path(name).name != PROJECT_FILE:
            message = "no flow in this file: a flow is a mapping with `id`, `namespace` and `tasks`"
            self._misuse(name, NO_FLOW, message, named=True)

    def _misuse(self, name: str, code: str, message: str, *, named: bool, grave: bool = False) -> None:
        self.misused = self.misused or named
        severity = Severity.ERROR if named or grave else Severity.WARNING
        self._findings.append(file_problem(name, code, message, severity))

    @property
    def flow_files(self) -> int:
        """How many files hold a flow."""
        return len(self._snapshots)

    @property
    def snapshots(self) -> tuple[DocumentSnapshot, ...]:
        """What was read and holds a flow."""
        return tuple(self._snapshots)

    def mend(self, wanted: Callable[[Fix], bool]) -> Iterator[tuple[DocumentSnapshot, Mended]]:
        """Apply fixes to what was read; each changed text with the one before it. Nothing is written."""
        for number, before in enumerate(self._snapshots):
            mended = mend(before, wanted, self.options.wants)
            if mended.count:
                self._snapshots[number] = mended.snapshot
                yield before, mended

    def finish(self, *, whole_tree: bool, progress: Callable[[int], None] | None = None) -> Report:
        """Check what was read. `whole_tree`: folders were given, so the flows among them may be looked up."""
        index = index_flows(self._snapshots) if whole_tree else NO_FLOWS
        paths = tuple(each.name for each in self._snapshots)
        for number, snapshot in enumerate(self._snapshots):
            self._check(snapshot, index)
            if progress is not None:
                progress(number + 1)
        for settings in self._projects.values():
            self._findings.extend(_settings_problems(settings))
        for path, problem in self._catalogs.problems.items():
            self._findings.append(file_problem(str(path), IMPORTED_SCHEMA, problem, Severity.WARNING))
        order = {name: number for number, name in enumerate(paths)}
        ordered = sorted(self._findings, key=lambda each: (order.get(each.path, -1), each.line, each.column))
        return Report(tuple(ordered), len(paths), paths)

    @property
    def looks_old(self) -> bool:
        """Whether no version was set anywhere and findings are about what Kestra 1.3 had."""
        return self._looks_old

    def _check(self, snapshot: DocumentSnapshot, index: WorkspaceFlows) -> None:
        for finding in diagnose(snapshot, index):
            if not self.options.wants(finding):
                continue
            if KestraVersion.V1_3.value in finding.data.get("versions", ()):
                is_default = self.options.kestra_version is None and snapshot.settings.kestra_version is None
                self._looks_old = self._looks_old or is_default
            self._findings.append(reported(snapshot.name, snapshot.text, finding))

    def _settings_of(self, folder: Path) -> ProjectSettings:
        folder = folder.resolve()
        if folder not in self._settings:
            found = find_project_file(folder)
            if found is not None and found not in self._projects:
                self._projects[found] = read_settings(found)
            settings = self._projects[found] if found is not None else ProjectSettings()
            self._settings[folder] = replace(
                settings,
                ignore=(settings.ignore | self.options.ignore) - self.options.select,
                profiles=settings.profiles | self.options.profiles,
                severities=_with_selected(settings, self.options.select),
            )
        return self._settings[folder]


def _with_selected(settings: ProjectSettings, select: Iterable[str]) -> dict[str, Severity | None]:
    """A code that is asked for by name is on, whatever profile it belongs to."""
    from tiercel_server.rules import all_rules

    severities = dict(settings.severities)
    for code in select:
        rule = all_rules().get(code)
        if rule is not None and (rule.profile is not None or code in severities) and severities.get(code) is None:
            severities[code] = rule.severity
    return severities


def _settings_problems(settings: ProjectSettings) -> Iterable[ReportedFinding]:
    if not settings.problems or settings.path is None:
        return
    from tiercel_schemas.source.text import SourceText

    try:
        text = SourceText(read_text(settings.path))
    except UnreadableFileError:
        text = SourceText("")
    for problem in settings.problems:
        yield reported(_shown(settings.path), text, problem)


def _shown(path: Path) -> str:
    """A path as the others of a report are: from the current folder, where it is below that."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
