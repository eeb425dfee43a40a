"""A line of documentation for what stands in flows, in our own words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from tiercel_schemas.catalog.store import read_index
from tiercel_schemas.versions import KestraVersion

_SCRIPTS = "io.kestra.plugin.scripts."
_OWNERS = {
    "io.kestra.core.models.flows.Output": "output",
    "io.kestra.core.models.Label": "label",
    "io.kestra.core.models.flows.check.Check": "check",
    "io.kestra.core.models.flows.Concurrency": "concurrency",
    "io.kestra.core.models.tasks.WorkerSelector": "workerSelector",
    "io.kestra.core.models.tasks.Cache": "taskCache",
    "io.kestra.core.models.tasks.NamespaceFiles": "namespaceFiles",
}
_PACKAGES = {
    "io.kestra.core.models.flows.input": "input",
    "io.kestra.core.models.tasks.retrys": "retry",
    "io.kestra.core.models.flows.sla.types": "sla",
    "io.kestra.core.models.tasks.metrics": "metric",
}


def describe(owner: str, name: str | None = None) -> str | None:
    """A line about a type, or about the property `name` of an owner; None where nothing was written.

    Owners: a plugin type or a definition by its full name; `flow`, `task`, `trigger`, `script`, `input`,
    `output`, `label`, `check`, `concurrency`, `retry`, `sla`, `workerSelector`, `taskCache`,
    `namespaceFiles`, `metric`; and `input-type` with a type of input (`STRING`) as the name. What is not
    said of a type itself is looked up for its package and then for its kind.
    """
    table = _table()
    if name is None:
        return table["types"].get(owner) or table["types"].get(_any_language(owner))
    return next((found for each in _owners(owner) if (found := table.get(each, {}).get(name)) is not None), None)


def _any_language(name: str) -> str:
    return f"{_SCRIPTS}*.{name.rpartition('.')[2]}" if name.startswith(_SCRIPTS) else ""


def _owners(owner: str) -> Iterator[str]:
    yield owner
    package = owner.rpartition(".")[0]
    if not package:
        return
    yield f"{package}.*"
    if owner.startswith(_SCRIPTS):
        yield "script"
    for table, key in ((_OWNERS, owner), (_PACKAGES, package), (_kinds(), owner)):
        if key in table:
            yield table[key]


@cache
def _kinds() -> Mapping[str, str]:
    """Kinds of the types of every version."""
    return {
        name: kind
        for version in KestraVersion
        for kinds in read_index(version)["types"].values()
        for kind, names in kinds.items()
        for name in names
    }


@cache
def _table() -> Mapping[str, Mapping[str, str]]:
    import tomllib

    return tomllib.loads(Path(__file__).with_name("descriptions.toml").read_text(encoding="utf-8"))
