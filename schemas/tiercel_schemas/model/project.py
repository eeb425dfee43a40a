"""The project file, `tiercel.yaml`: everything optional, every key checked."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationError

from tiercel_schemas.model.inputs import Text
from tiercel_schemas.model.project_part import ProjectPart
from tiercel_schemas.model.project_secrets import SecretSettings
from tiercel_schemas.model.project_storage import StorageSettings
from tiercel_schemas.versions import KestraVersion

FILE_NAME = "tiercel.yaml"
STATE_FOLDER = ".tiercel"


def _version(value: object) -> object:
    # `kestra-version: 2.0` without quotes is a number to YAML.
    return str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else value


class NamespaceSettings(ProjectPart):
    """What a namespace holds: variables, files (a folder), key-value pairs put in place before a run, values for all
    tasks of a type, and where its secrets come from. Namespaces below it inherit all but the files.

    `allowed_namespaces` are those whose flows may read the files of its executions and its namespace files, besides
    itself and those below it; None allows all, as Kestra's open edition does.
    """

    variables: Mapping[str, Any] = Field(default_factory=dict)
    files: str | None = None
    kv: Mapping[str, Any] = Field(default_factory=dict)
    plugin_defaults: tuple[Mapping[str, Any], ...] = ()
    secrets: SecretSettings | None = None
    allowed_namespaces: tuple[str, ...] | None = None


class ContainerSettings(ProjectPart):
    """What containers of script tasks may have of this machine, as Kestra's Docker plugin is configured."""

    volume_enabled: bool = False
    privileged_enabled: bool = False


RunnerName = Literal["auto", "process", "docker"]


class RunSettings(ProjectPart):
    """How flows run here: where script tasks run, how many tasks at once, and where secrets of all namespaces are."""

    runner: RunnerName = "auto"
    runners: Mapping[str, RunnerName] = Field(default_factory=dict)
    docker: ContainerSettings = ContainerSettings()
    max_parallel: Annotated[int | None, Field(gt=0)] = None
    dotenv: str | None = None
    secrets: SecretSettings | None = None


class ServerSettings(ProjectPart):
    """A Kestra server to run and deploy on; credentials come from the environment, never from this file."""

    url: str
    tenant: str = "main"


def _severity(value: object) -> object:
    # Without quotes YAML reads `off` as false.
    return "off" if value is False else value


def _several(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _names(value: object) -> object:
    return list(value) if isinstance(value, Mapping) else value


RuleSeverity = Literal["error", "warning", "information", "hint", "off"]
Profile = Literal["practice", "security"]
KnownNames = Annotated[frozenset[str] | None, BeforeValidator(_names)]


class RuleSettings(ProjectPart):
    """What `check` reports: severities by code, codes that are off, groups of rules that are on."""

    severity: Mapping[str, Annotated[RuleSeverity, BeforeValidator(_severity)]] = Field(default_factory=dict)
    ignore: tuple[str, ...] = ()
    profile: Annotated[tuple[Profile, ...], BeforeValidator(_several)] = ()


class Project(ProjectPart):
    """A project's settings; an empty file gives all defaults.

    `flows` and `exclude` are globs as in a `.gitignore`. `secrets` and `kv` are the names that are known to exist (a
    list, or a map whose keys they are), None where nothing is known.
    """

    kestra_version: Annotated[KestraVersion | None, BeforeValidator(_version)] = None
    flows: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    rules: RuleSettings = RuleSettings()
    secrets: KnownNames = None
    kv: KnownNames = None
    namespaces: Mapping[str, NamespaceSettings] = Field(default_factory=dict)
    globals: Mapping[str, Any] = Field(default_factory=dict)
    envs: Mapping[str, Text] = Field(default_factory=dict)
    run: RunSettings = RunSettings()
    storage: StorageSettings = StorageSettings()
    server: ServerSettings | Mapping[str, ServerSettings] | None = None


@dataclass(frozen=True, slots=True)
class ProjectProblem:
    """A setting that is wrong: the path to it, and what is wrong in plain words."""

    path: tuple[str | int, ...]
    message: str

    def __str__(self) -> str:
        return f"{'.'.join(str(step) for step in self.path)}: {self.message}" if self.path else self.message


class ProjectError(Exception):
    """A project file that can't be used; `problems` are all that is wrong with it."""

    def __init__(self, problems: tuple[ProjectProblem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


def read_project(data: Any) -> Project:
    """The settings in the plain data of a project file (None for an empty one); raises `ProjectError`."""
    project, problems = read_usable_project(data)
    if problems:
        raise ProjectError(problems)
    return project


def read_usable_project(data: Any) -> tuple[Project, tuple[ProjectProblem, ...]]:
    """The settings that are right, those that are wrong left at their defaults; and what is wrong."""
    if data is None:
        return Project(), ()
    if not isinstance(data, Mapping):
        return Project(), (ProjectProblem((), "a project file is a mapping of settings"),)
    settings = copy.deepcopy(dict(data))
    problems: list[ProjectProblem] = []
    while True:
        try:
            return Project.model_validate(settings), tuple(problems)
        except ValidationError as error:
            for detail in error.errors():
                path = _path_in(data, detail["loc"])
                # Of a choice between shapes each complains; the first one speaks for all.
                if not any(path[: len(told.path)] == told.path for told in problems):
                    problems.append(ProjectProblem(path, _words(detail)))
                _leave_out(settings, path)


def _path_in(data: Any, location: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """The part of a validator's location that leads through the data; what it adds of its own is left out."""
    path: list[str | int] = []
    for step in location:
        if isinstance(data, list):
            inside = isinstance(step, int) and step < len(data)
        else:
            inside = isinstance(data, Mapping) and step in data
        if not inside:
            break
        data = data[step]
        path.append(step)
    return tuple(path)


def _leave_out(settings: dict[str, Any], path: tuple[str | int, ...]) -> None:
    # A list goes as a whole, else the places of its other items would move.
    keys = [step for step in path if isinstance(step, str)]
    if len(keys) != len(path):
        keys = keys[: next(number for number, step in enumerate(path) if isinstance(step, int))]
    holder: Any = settings
    for step in keys[:-1]:
        if not isinstance(holder, dict) or step not in holder:
            return
        holder = holder[step]
    if isinstance(holder, dict) and keys:
        holder.pop(keys[-1], None)
    else:
        settings.clear()


_EXPECTED = {
    "mapping_type": "a mapping",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "tuple_type": "a list",
    "list_type": "a list",
    "frozen_set_type": "a list of names",
    "string_type": "a text",
}


def _words(detail: Any) -> str:
    kind, given = detail["type"], detail["input"]
    if kind == "extra_forbidden":
        return "no such setting"
    if kind in _EXPECTED:
        return f"{_EXPECTED[kind]} is wanted here"
    if kind in {"literal_error", "enum"}:
        return f"`{given}` is none of {detail['ctx']['expected']}"
    if kind == "missing":
        return f"`{detail['loc'][-1]}` is missing"
    message = str(detail["msg"]).removeprefix("Value error, ")
    return message[:1].lower() + message[1:]
