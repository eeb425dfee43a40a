"""From files to a report."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from tiercel_schemas.diagnostics import Diagnostic, Severity
from tiercel_schemas.source.text import SourceText
from tiercel_schemas.versions import KestraVersion
from tiercel_server.cli.checking.examination import Examination, Progress, silent
from tiercel_server.cli.checking.examining import Examiner
from tiercel_server.cli.checking.files import FoundFile, find_files
from tiercel_server.cli.checking.reading import (
    UnreadableFileError,
    decode,
    may_hold_flow,
    names_other_flows,
    read_text,
)
from tiercel_server.cli.checking.report import Report, ReportedFinding, file_problem, reported
from tiercel_server.cli.checking.sources import Source
from tiercel_server.workspace.catalogs import Catalogs
from tiercel_server.workspace.settings import PROJECT_FILE, ProjectSettings, find_project_file, read_settings

if TYPE_CHECKING:
    from tiercel_server.cli.checking.fixing import Mended
    from tiercel_server.cli.checking.memory import Memory
    from tiercel_server.rules.fixes import Fix
    from tiercel_server.workspace.snapshot import DocumentSnapshot

NO_FLOW, UNREADABLE = "no-flow", "unreadable-file"
IMPORTED_SCHEMA = "imported-schema"
"""Code of an imported schema that can't be used."""
MISUSE_CODES = frozenset({NO_FLOW, UNREADABLE})
"""Codes of problems with what was asked for, not with a flow: they end the command with 2."""

_MOST_AROUND = 20_000
"""Files of a project that are looked at for the sake of others."""
_WORTH_KEEPING = 50_000
"""Characters; below, findings are made anew about as fast as they are found in a file."""


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
    """One run of the command: files are read first, so that flows know of one another, then checked.

    `jobs` is the number of processes, None for as many as help; with `use_cache` findings are kept and found again
    below the `.tiercel` folders of workspaces.
    """

    options: CheckOptions = field(default_factory=CheckOptions)
    jobs: int | None = 1
    use_cache: bool = False
    misused: bool = False
    looks_old: bool = False
    """Once it is finished: whether no version was set anywhere and findings are about what Kestra 1.3 had."""
    _settings: dict[Path, ProjectSettings] = field(default_factory=dict)
    _projects: dict[Path, ProjectSettings] = field(default_factory=dict)
    _shared: dict[Path | None, ProjectSettings] = field(default_factory=dict)
    _catalogs: Catalogs = field(default_factory=Catalogs)
    _sources: dict[int, Source] = field(default_factory=dict)
    _problems: dict[int, ReportedFinding] = field(default_factory=dict)
    _examiner: Examiner | None = None

    def add_file(self, file: FoundFile) -> None:
        """Read a file; one that was found, not named, is passed over where its project leaves it out."""
        settings = self._settings_of(file.path.parent)
        if not file.named and not settings.covers(file.path):
            return
        try:
            text = read_text(file.path)
        except UnreadableFileError as error:
            self._misuse(
                self._next_number, str(file.path), UNREADABLE, str(error), named=file.named, grave=error.seems_flow
            )
            return
        self._add(str(file.path), text, settings, named=file.named)

    def add_bytes(self, name: str, data: bytes) -> None:
        """Take a text under a name, as from standard input."""
        try:
            text = decode(data)
        except UnreadableFileError as error:
            self._misuse(self._next_number, name, UNREADABLE, str(error), named=True)
            return
        self._add(name, text, self._settings_of(Path(name).parent), named=True)

    @property
    def _next_number(self) -> int:
        return len(self._sources) + len(self._problems)

    def _add(self, name: str, text: str, settings: ProjectSettings, *, named: bool) -> None:
        if named or may_hold_flow(text):
            source = Source(name, text, settings, self.options.kestra_version, named)
            # Opened here, whoever examines the text: what is wrong with an imported schema is told once.
            self._catalogs.catalog_for(source.folder, source.version)
            self._sources[self._next_number] = source

    def _misuse(self, number: int, name: str, code: str, message: str, *, named: bool, grave: bool = False) -> None:
        self.misused = self.misused or named
        severity = Severity.ERROR if named or grave else Severity.WARNING
        self._problems[number] = file_problem(name, code, message, severity)

    def mend(self, wanted: Callable[[Fix], bool]) -> Iterator[tuple[DocumentSnapshot, Mended]]:
        """Apply fixes to what was read; each changed text with the one before it. Nothing is written."""
        from tiercel_server.cli.checking.fixing import mend

        self._examiner = examiner = Examiner(self._catalogs)
        for number, source in self._sources.items():
            before = examiner.snapshot(number, source)
            if not before.is_flow:
                continue
            mended = mend(before, wanted, self.options.wants)
            if mended.count:
                examiner.replace(number, mended.snapshot)
                source.text = mended.snapshot.text.text
                yield before, mended

    def finish(self, *, whole_tree: bool, progress: Progress = silent) -> Report:
        """Check what was read. `whole_tree`: folders were given, so the flows among them may be looked up.

        Raises:
            WorkerFault: if a process of several failed.
        """
        looks_around = self._look_around()
        jobs = self.jobs if self._examiner is None else 1  # what was mended has been read here
        examination = Examination(self._sources, jobs=jobs, progress=progress)
        examiner = self._examiner or Examiner(self._catalogs)
        examination.examine(examiner, self._memory(), whole_tree=whole_tree or looks_around)
        for number, source in self._sources.items():
            # What is wrong with a project file is told with the settings.
            if source.named and not examination.surveys[number].is_flow and Path(source.name).name != PROJECT_FILE:
                message = "no flow in this file: a flow is a mapping with `id`, `namespace` and `tasks`"
                self._misuse(number, source.name, NO_FLOW, message, named=True)
        findings = [finding for _, finding in sorted(self._problems.items())]
        for number, checked in sorted(examination.checked.items()):
            findings += self._reported(self._sources[number], checked.findings)
        for settings in self._projects.values():
            findings.extend(_settings_problems(settings))
        for path, problem in self._catalogs.problems.items():
            findings.append(file_problem(str(path), IMPORTED_SCHEMA, problem, Severity.WARNING))
        paths = tuple(self._sources[number].name for number in sorted(examination.checked))
        order = {name: number for number, name in enumerate(paths)}
        ordered = sorted(findings, key=lambda each: (order.get(each.path, -1), each.line, each.column))
        return Report(tuple(ordered), len(paths), paths)

    def _look_around(self) -> bool:
        """Read the rest of the projects of which a flow names other flows; whether there are such projects."""
        asking = {each.settings.path for each in self._sources.values() if names_other_flows(each.text)}
        roots = [path for path in asking if path is not None]
        known = {Path(each.name).resolve() for each in self._sources.values()}
        for path in roots:
            for file in islice(find_files((path.parent,)), _MOST_AROUND):
                settings = self._settings_of(file.path.parent)
                if settings.path != path or file.path.resolve() in known or not settings.covers(file.path):
                    continue
                try:
                    text = read_text(file.path)
                except UnreadableFileError:
                    continue
                if may_hold_flow(text):
                    version = self.options.kestra_version
                    source = Source(str(file.path), text, settings, version, named=False, around=True)
                    self._sources[self._next_number] = source
        return bool(roots)

    def _memory(self) -> Memory | None:
        if not self.use_cache or sum(len(each.text) for each in self._sources.values()) < _WORTH_KEEPING:
            return None
        from tiercel_server.cli.checking.memory import Memory

        return Memory()

    def _reported(self, source: Source, findings: Iterable[Diagnostic]) -> Iterator[ReportedFinding]:
        text = SourceText(source.text)
        for finding in findings:
            if not self.options.wants(finding):
                continue
            if KestraVersion.V1_3.value in finding.data.get("versions", ()):
                is_default = self.options.kestra_version is None and source.settings.kestra_version is None
                self.looks_old = self.looks_old or is_default
            yield reported(source.name, text, finding)

    def _settings_of(self, folder: Path) -> ProjectSettings:
        folder = folder.resolve()
        if folder not in self._settings:
            found = find_project_file(folder)
            if found is not None and found not in self._projects:
                self._projects[found] = read_settings(found)
            settings = self._projects[found] if found is not None else ProjectSettings()
            effective = replace(
                settings,
                ignore=(settings.ignore | self.options.ignore) - self.options.select,
                profiles=settings.profiles | self.options.profiles,
                severities=_with_selected(settings, self.options.select),
            )
            self._settings[folder] = self._shared.setdefault(found, effective)
        return self._settings[folder]


def _with_selected(settings: ProjectSettings, select: Iterable[str]) -> dict[str, Severity | None]:
    """A code that is asked for by name is on, whatever profile it belongs to."""
    from tiercel_server.rules import all_rules

    severities = dict(settings.severities)
    for code in select:
        rule = all_rules().get(code)
        is_off = rule is not None and (rule.profile is not None or rule.asked_for or code in severities)
        if rule is not None and is_off and severities.get(code) is None:
            severities[code] = rule.severity
    return severities


def _settings_problems(settings: ProjectSettings) -> Iterable[ReportedFinding]:
    if not settings.problems or settings.path is None:
        return
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
