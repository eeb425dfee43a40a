"""What a project's `tiercel.yaml` says about flows, as far as checking and editing need it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tiercel_schemas.diagnostics import Diagnostic, Severity
from tiercel_schemas.source.locate import span_of
from tiercel_schemas.source.parser import SourceDocument, parse_source
from tiercel_schemas.source.spans import Span
from tiercel_schemas.source.values import TooManyValuesError, plain_value
from tiercel_schemas.versions import DEFAULT_VERSION, KestraVersion

PROJECT_FILE = "tiercel.yaml"
CODE = "project-file"
_SEVERITIES: Mapping[str, Severity | None] = {
    "error": Severity.ERROR,
    "warning": Severity.WARNING,
    "information": Severity.INFORMATION,
    "hint": Severity.HINT,
    "off": None,
}
_PROFILES = frozenset({"practice", "security"})


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
    problems: tuple[Diagnostic, ...] = ()

    @property
    def effective_version(self) -> KestraVersion:
        """The project's version, else the default."""
        return self.kestra_version or DEFAULT_VERSION

    @property
    def root(self) -> Path | None:
        """The folder of the project's file."""
        return self.path.parent if self.path is not None else None


def find_project_file(start: Path, root: Path | None = None) -> Path | None:
    """The nearest `tiercel.yaml` from a folder upwards, up to and including `root` (to the top where it is None)."""
    for folder in (start, *start.parents):
        candidate = folder / PROJECT_FILE
        if candidate.is_file():
            return candidate
        if folder == root or (root is None and (folder / ".git").exists()):
            return None
    return None


def read_settings(path: Path) -> ProjectSettings:
    """The settings in a file; what is wrong with it stands in `problems`, never raised."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeError) as error:
        problem = Diagnostic(CODE, Severity.ERROR, f"The project file can't be read: {error}.", Span(0, 0))
        return ProjectSettings(path=path, problems=(problem,))
    return parse_settings(text, path)


def parse_settings(text: str, path: Path | None = None) -> ProjectSettings:
    """The settings in a text; what is wrong with it stands in `problems`, never raised."""
    return _SettingsReader(text, path).read()


class _SettingsReader:
    def __init__(self, text: str, path: Path | None) -> None:
        self._path = path
        self._source = parse_source(text)
        self._document: SourceDocument | None = self._source.documents[0] if self._source.documents else None
        self._problems = [
            Diagnostic(CODE, Severity.ERROR, problem.message, problem.span) for problem in self._source.problems
        ]

    def read(self) -> ProjectSettings:
        """What the text says, each setting on its own: one that is wrong is reported and left at its default."""
        try:
            data = plain_value(self._document.root) if self._document is not None else None
        except TooManyValuesError as error:
            self._report((), f"The project file can't be read: {error}.")
            data = None
        if data is not None and not isinstance(data, dict):
            self._report((), "A project file is a mapping of settings.")
        data = data if isinstance(data, dict) else {}
        rules = self._mapping(data, "rules")
        return ProjectSettings(
            path=self._path,
            kestra_version=self._version(data.get("kestra-version")),
            severities=self._severities(rules),
            ignore=frozenset(self._texts(rules.get("ignore"), ("rules", "ignore"))),
            profiles=self._profiles(rules),
            flow_globs=tuple(self._texts(data.get("flows"), ("flows",))),
            exclude_globs=tuple(self._texts(data.get("exclude"), ("exclude",))),
            secrets=self._names(data.get("secrets"), ("secrets",)),
            kv=self._names(data.get("kv"), ("kv",)),
            problems=tuple(self._problems),
        )

    def _report(self, path: tuple[str | int, ...], message: str) -> None:
        root = self._document.root if self._document is not None else None
        self._problems.append(Diagnostic(CODE, Severity.ERROR, message, span_of(root, path) or Span(0, 0)))

    def _mapping(self, data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
        value = data.get(name)
        if value is None or isinstance(value, dict):
            return value or {}
        self._report((name,), f"`{name}` is a mapping.")
        return {}

    def _version(self, value: Any) -> KestraVersion | None:
        if value is None:
            return None
        try:
            return KestraVersion(str(value))
        except ValueError:
            known = " or ".join(f"`{version.value}`" for version in KestraVersion)
            self._report(("kestra-version",), f"`{value}` is no version that Tiercel knows: write {known}.")
            return None

    def _severities(self, rules: Mapping[str, Any]) -> dict[str, Severity | None]:
        found: dict[str, Severity | None] = {}
        stated = rules.get("severity") or {}
        if not isinstance(stated, dict):
            self._report(("rules", "severity"), "`severity` maps codes of rules to severities.")
            return found
        for code, word in stated.items():
            # Without quotes YAML reads `off` as false.
            name = "off" if word is False else word
            if name in _SEVERITIES:
                found[str(code)] = _SEVERITIES[name]
            else:
                words = ", ".join(_SEVERITIES)
                self._report(("rules", "severity", code), f"`{word}` is no severity: write one of {words}.")
        return found

    def _profiles(self, rules: Mapping[str, Any]) -> frozenset[str]:
        value = rules.get("profile")
        names = frozenset(self._texts([value] if isinstance(value, str) else value, ("rules", "profile")))
        for name in sorted(names - _PROFILES):
            self._report(("rules", "profile"), f"There is no profile `{name}`: {' or '.join(sorted(_PROFILES))}.")
        return names & _PROFILES

    def _texts(self, value: Any, path: tuple[str | int, ...]) -> list[str]:
        if value is None:
            return []
        if isinstance(value, list) and all(isinstance(each, str) for each in value):
            return list(value)
        self._report(path, f"`{path[-1]}` is a list of texts.")
        return []

    def _names(self, value: Any, path: tuple[str | int, ...]) -> frozenset[str] | None:
        if value is None:
            return None
        if isinstance(value, dict):
            return frozenset(str(each) for each in value)
        return frozenset(self._texts(value, path))
