"""The project file, `tiercel.yaml`: everything optional, every key checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from tiercel_schemas.model.inputs import Text
from tiercel_schemas.versions import KestraVersion

FILE_NAME = "tiercel.yaml"
STATE_FOLDER = ".tiercel"


class _Part(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        populate_by_name=True,
        alias_generator=lambda name: name.replace("_", "-"),
    )


def _version(value: object) -> object:
    # `kestra-version: 2.0` without quotes is a number to YAML.
    return f"{value:.1f}" if isinstance(value, (int, float)) and not isinstance(value, bool) else value


class SecretSettings(_Part):
    """Where secrets come from besides `SECRET_*` variables: a dotenv file, relative to the project."""

    dotenv: str | None = None


class NamespaceSettings(_Part):
    """What a namespace holds: variables, files (a folder), key-value pairs put in place before a run."""

    variables: Mapping[str, Any] = Field(default_factory=dict)
    files: str | None = None
    kv: Mapping[str, Any] = Field(default_factory=dict)
    plugin_defaults: tuple[Mapping[str, Any], ...] = ()
    secrets: SecretSettings | None = None


class RunSettings(_Part):
    """How flows run here: where script tasks run, how many tasks at once, and a dotenv file with secrets."""

    runner: Literal["auto", "process", "docker"] = "auto"
    max_parallel: Annotated[int | None, Field(gt=0)] = None
    dotenv: str | None = None


class ServerSettings(_Part):
    """A Kestra server to run and deploy on; credentials come from the environment, never from this file."""

    url: str
    tenant: str = "main"


class Project(_Part):
    """A project's settings; an empty file gives all defaults.

    `rules`, `secrets` and `kv` (names that checks take for known) are read by the checks themselves.
    """

    kestra_version: Annotated[KestraVersion | None, BeforeValidator(_version)] = None
    flows: tuple[str, ...] = ("**/*.yaml", "**/*.yml")
    namespaces: Mapping[str, NamespaceSettings] = Field(default_factory=dict)
    globals: Mapping[str, Any] = Field(default_factory=dict)
    envs: Mapping[str, Text] = Field(default_factory=dict)
    exclude: tuple[str, ...] = ()
    secrets: Any = None
    kv: Any = None
    rules: Mapping[str, Any] | None = None
    run: RunSettings = RunSettings()
    server: ServerSettings | Mapping[str, ServerSettings] | None = None


class ProjectError(Exception):
    """A project file that can't be used; `problems` are `path: what is wrong`, all of them."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def read_project(data: Any) -> Project:
    """The settings in the plain data of a project file (None for an empty one); raises `ProjectError`."""
    if data is None:
        return Project()
    if not isinstance(data, Mapping):
        raise ProjectError((f"a project file holds keys and values, not {type(data).__name__}",))
    try:
        return Project.model_validate(data)
    except ValidationError as error:
        problems = tuple(
            f"{'.'.join(str(step) for step in detail['loc'])}: {_words(detail)}" for detail in error.errors()
        )
        raise ProjectError(problems) from None


def _words(detail: Any) -> str:
    if detail["type"] == "extra_forbidden":
        return "no such setting"
    return str(detail["msg"]).removeprefix("Value error, ")
