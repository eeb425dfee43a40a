"""What a project's `tiercel.yaml` says about flows, as far as checking and editing need it."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tiercel_schemas.diagnostics import Diagnostic, Severity
from tiercel_schemas.source.locate import span_of
from tiercel_schemas.source.parser import parse_source
from tiercel_schemas.source.spans import Span
from tiercel_schemas.source.values import TooManyValuesError, plain_value
from tiercel_schemas.versions import DEFAULT_VERSION, KestraVersion

if TYPE_CHECKING:
    from tiercel_schemas.model.project import Project

PROJECT_FILE = "tiercel.yaml"
CODE = "project-file"
_SEVERITIES: Mapping[str, Severity | None] = {
    "error": Severity.ERROR,
    "warning": Severity.WARNING,
    "information": Severity.INFORMATION,
    "hint": Severity.HINT,
    "off": None,
}


@dataclass(frozen=True)
class ProjectSettings:
    """The settings of a project; each has a default, so that no file is needed.

    `severities` maps codes of rules to severities, None for off. `ignore` are codes that are off. `profiles` names
    groups of rules that are off by default. `secrets` and `kv` are the known names, None where nothing is known.
    """

    path: Path | None = None
    kestra_version: KestraVersion | None = None
    severities: Mapping[str, Severity | None] = field(default_factory=dict)
    ignore: frozenset[str] = frozenset()
    profiles: frozenset[str] = frozenset()
    flow_globs: tuple[str, ...] = ()
    exclude_globs: tuple[str, ...] = ()
    secrets: frozenset[str] | None = None
    kv: frozenset[str] | None = None
    supplied: Mapping[str, Mapping[str, frozenset[str]]] = field(default_factory=dict)
    """Properties that plugin defaults of namespaces give a value: by namespace, and by type or beginning of types."""
    problems: tuple[Diagnostic, ...] = ()

    def supplied_to(self, namespace: str) -> Mapping[str, frozenset[str]]:
        """What plugin defaults give to the tasks of flows in a namespace, with those of the namespaces above it."""
        merged: dict[str, frozenset[str]] = {}
        while namespace:
            for beginning, names in self.supplied.get(namespace, {}).items():
                merged[beginning] = merged.get(beginning, frozenset()) | names
            namespace = namespace.rpartition(".")[0]
        return merged

    @property
    def effective_version(self) -> KestraVersion:
        """The project's version, else the default."""
        return self.kestra_version or DEFAULT_VERSION

    def covers(self, path: Path) -> bool:
        """Whether a file is one of the project's flows, as far as `flows` and `exclude` tell."""
        if self.root is None or not (self.flow_globs or self.exclude_globs):
            return True
        from pathspec import GitIgnoreSpec

        absolute, root = path.resolve(), self.root.resolve()
        if not absolute.is_relative_to(root):
            return True
        name = absolute.relative_to(root).as_posix()
        wanted = not self.flow_globs or GitIgnoreSpec.from_lines(self.flow_globs).match_file(name)
        return wanted and not GitIgnoreSpec.from_lines(self.exclude_globs).match_file(name)

    @property
    def root(self) -> Path | None:
        """The folder of the project's file."""
        return self.path.parent if self.path is not None else None


def find_project_file(start: Path, root: Path | None = None) -> Path | None:
    """The nearest `tiercel.yaml` from a folder upwards, up to and including `root` (to the top where it is None).

    What bears the name but can't be read, such as a folder, is found as well: `read_settings` says what is wrong.
    """
    for folder in (start, *start.parents):
        candidate = folder / PROJECT_FILE
        # Unlike those of pathlib, these take a folder that may not be searched for an empty one.
        if os.path.lexists(candidate):
            return candidate
        if folder == root or (root is None and os.path.lexists(folder / ".git")):
            return None
    return None


def read_settings(path: Path) -> ProjectSettings:
    """The settings in a file; what is wrong with it stands in `problems`, never raised."""
    try:
        text = read_project_text(path)
    except ProjectFileError as error:
        problem = Diagnostic(CODE, Severity.ERROR, f"The project file can't be read: {error}.", Span(0, 0))
        return ProjectSettings(path=path, problems=(problem,))
    return parse_settings(text, path)


class ProjectFileError(Exception):
    """A project file that can't be read; the message says why, in a few words."""


def read_project_text(path: Path) -> str:
    """The text of a project file; raises `ProjectFileError`."""
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise ProjectFileError("it is a folder, not a file")
        if not stat.S_ISREG(mode):
            # A pipe would be waited for without end.
            raise ProjectFileError("it is not a regular file")
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ProjectFileError(error.strerror or str(error)) from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ProjectFileError(
            f"it is not UTF-8 text (byte 0x{error.object[error.start]:02x} on line {line})"
        ) from None


def parse_settings(text: str, path: Path | None = None) -> ProjectSettings:
    """The settings in a text; what is wrong with it stands in `problems`, never raised.

    Each setting stands for itself: one that is wrong is reported and left at its default.
    """
    # Its validators take time to build, and most checks meet no project file.
    from tiercel_schemas.model.project import ProjectProblem, read_usable_project

    source = parse_source(text)
    root = source.documents[0].root if source.documents else None
    try:
        project, problems = read_usable_project(plain_value(root))
    except TooManyValuesError as error:
        project, problems = read_usable_project(None)[0], (ProjectProblem((), f"it can't be read: {error}"),)
    findings = [Diagnostic(CODE, Severity.ERROR, problem.message, problem.span) for problem in source.problems]
    for problem in problems:
        span = span_of(root, problem.path) or Span(0, 0)
        findings.append(Diagnostic(CODE, Severity.ERROR, str(problem), span))
    return ProjectSettings(
        path=path,
        kestra_version=project.kestra_version,
        severities={code: _SEVERITIES[word] for code, word in project.rules.severity.items()},
        ignore=frozenset(project.rules.ignore),
        profiles=frozenset(project.rules.profile),
        flow_globs=project.flows,
        exclude_globs=project.exclude,
        secrets=project.secrets,
        kv=project.kv,
        supplied=_supplied(project),
        problems=tuple(findings),
    )


def _supplied(project: Project) -> Mapping[str, Mapping[str, frozenset[str]]]:
    if not any(own.plugin_defaults for own in project.namespaces.values()):
        return {}
    from tiercel_schemas.model.namespace_defaults import supplied_properties

    return supplied_properties(project)
