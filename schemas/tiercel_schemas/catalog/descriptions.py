"""A line of documentation for what stands in flows, in our own words."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path


@cache
def _table() -> Mapping[str, Mapping[str, str]]:
    import tomllib

    return tomllib.loads(Path(__file__).with_name("descriptions.toml").read_text(encoding="utf-8"))


def describe(owner: str, name: str | None = None) -> str | None:
    """A line about a type, or about the property `name` of an owner; None where nothing was written.

    Owners: a plugin type's full name, `flow`, `input`, `output`, `label`, `check`, `concurrency`, `retry`,
    `sla`, `workerSelector`, `taskCache`, `namespaceFiles`; with `name`: `input-type` and a type of input
    (`STRING`). A plugin type's property is looked up with the type, then among those of script tasks, tasks,
    triggers and polling ones.
    """
    table = _table()
    if name is None:
        return table["types"].get(owner)
    owners = [owner]
    if owner.startswith("io.kestra."):
        owners += [
            f"{owner.rpartition('.')[0]}.*",
            *(("script",) if owner.startswith("io.kestra.plugin.scripts.") else ()),
            *(("trigger",) if "rigger" in owner.rpartition(".")[2] or ".trigger." in owner else ("task",)),
        ]
    return next((found for each in owners if (found := table.get(each, {}).get(name)) is not None), None)
