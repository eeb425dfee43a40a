"""What may stand at a path of the project file, by the JSON Schema of its model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from tiercel_schemas.source.nodes import Path

Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RuleFacts:
    """What is told of a rule."""

    severity: str
    summary: str
    why: str


Rules = Mapping[str, RuleFacts]
NO_RULES: Rules = MappingProxyType({})
NAME = "tiercel.yaml"
ABOUT: Mapping[str, str] = MappingProxyType(
    {
        "kestra-version": "The version of Kestra that the flows are written for.",
        "flows": "Globs of the files that hold flows, as in a `.gitignore`; every YAML file where nothing is said.",
        "exclude": "Globs of files that are left out.",
        "rules": "What is reported.",
        "rules.severity": "Severities by code of a rule; `off` silences it.",
        "rules.ignore": "Codes of rules that are off.",
        "rules.profile": "Groups of rules that are off unless asked for.",
        "secrets": "Names of secrets that exist, never values.",
        "kv": "Keys of the KV store that exist.",
        "namespaces": "What namespaces hold, by their dotted names.",
        "namespaces.*.variables": "Variables of the namespace, `{{ namespace.… }}`.",
        "namespaces.*.files": "A folder, relative to this file, whose files are the namespace's files.",
        "namespaces.*.kv": "Pairs put in place before a run, where there are none yet.",
        "namespaces.*.plugin-defaults": "Values for all tasks of a type.",
        "namespaces.*.secrets": "Where the namespace's secrets come from.",
        "globals": "Global variables of the server, `{{ globals.… }}`.",
        "envs": "Environment variables of the server, `{{ envs.… }}`.",
        "run": "How flows run on this machine.",
        "run.runner": "Where script tasks run: in containers, as processes, or whichever can be had.",
        "run.runners": "The same for task types, or for all whose names begin so.",
        "run.docker": "What containers of script tasks may have of this machine.",
        "run.docker.volume-enabled": "Whether a task's runner may name `volumes`.",
        "run.docker.privileged-enabled": "Whether a task's runner may be `privileged`.",
        "run.max-parallel": "How many tasks may be at work at the same time.",
        "run.dotenv": "A file with secrets, relative to this file.",
        "storage": "Where stored files are kept.",
        "server": "The Kestra server to run and deploy on; credentials come from the environment.",
        "server.url": "The address of the server.",
        "server.tenant": "The tenant on that server.",
    }
)


def is_project_file(name: str) -> bool:
    """Whether a document, by its URI or path, is a project file."""
    return name.replace("\\", "/").rpartition("/")[2] == NAME


@cache
def _whole() -> Schema:
    # The model takes time to import, and most documents are flows.
    from tiercel_schemas.model.project import Project

    return Project.model_json_schema(by_alias=True)


def schemas_at(path: Path) -> list[Schema]:
    """The schemas that may hold at a path; none where nothing is known."""
    found = list(_meant(_whole()))
    for step in path:
        found = [below for each in found for below in _below(each, step)]
    return found


def _below(schema: Schema, step: str | int) -> Iterator[Schema]:
    if isinstance(step, int):
        items = schema.get("items")
        if isinstance(items, Mapping):
            yield from _meant(items)
        return
    properties = schema.get("properties", {})
    if step in properties:
        yield from _meant(properties[step])
        return
    more = schema.get("additionalProperties")
    if isinstance(more, Mapping):
        yield from _meant(more)


def _meant(schema: Schema) -> Iterator[Schema]:
    """A schema, references followed, each choice for itself."""
    if "anyOf" in schema:
        for each in schema["anyOf"]:
            yield from _meant(each)
    elif "$ref" in schema:
        yield from _meant(_whole()["$defs"][schema["$ref"].rpartition("/")[2]])
    elif schema.get("type") != "null":
        yield schema


def about(path: Path) -> str:
    """A line about the setting at a path."""
    steps = [str(step) for step in path if not isinstance(step, int)]
    dotted = ".".join(steps)
    starred = ".".join([*steps[:1], "*", *steps[2:]]) if steps[:1] == ["namespaces"] and len(steps) > 2 else dotted
    return ABOUT.get(starred) or ABOUT.get(dotted) or ""


def default_of(path: Path) -> Any:
    """The default of the setting at a path, None where none is worth telling."""
    for each in schemas_at(path[:-1]):
        found = each.get("properties", {}).get(path[-1], {}).get("default") if path else None
        if isinstance(found, str | int | float | bool):
            return found
    return None


def kind_of(schema: Schema) -> str:
    """A schema in a word."""
    if "enum" in schema:
        return "choice"
    kind = str(schema.get("type", "any"))
    return {"array": "list", "object": "map"}.get(kind, kind)
