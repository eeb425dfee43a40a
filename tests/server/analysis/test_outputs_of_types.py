"""Outputs of every task type of the catalog: those that are declared may be named, others are told."""

from __future__ import annotations

import pytest

from tiercel_schemas.catalog import load_catalog
from tiercel_schemas.versions import KestraVersion
from tiercel_server.rules import diagnose
from tiercel_server.workspace import DocumentSnapshot

CODE = "unknown-task-output-property"
LOOPS_OF_1 = ("ForEach", "EachSequential", "EachParallel")
ANY_OUTPUTS = {
    "io.kestra.plugin.core.templating.TemplatedTask",  # those of whatever task it makes
    "io.kestra.plugin.core.flow.Template",  # as those of a loop of 1.3
}


def flow(type_: str, names: list[str]) -> str:
    messages = "".join(f"      - \"{{{{ outputs['given'].{name} }}}}\"\n" for name in names)
    return (
        f"id: a\nnamespace: b.c\ntasks:\n  - id: given\n    type: {type_}\n"
        f"  - id: say\n    type: io.kestra.plugin.core.log.Log\n    message:\n{messages}"
    )


def told(type_: str, names: list[str], version: KestraVersion) -> set[str]:
    text = flow(type_, names)
    snapshot = DocumentSnapshot("a.yaml", text, kestra_version=version)
    return {snapshot.text.slice(each.span) for each in diagnose(snapshot) if each.code == CODE}


@pytest.mark.parametrize("version", KestraVersion, ids=str)
def test_what_is_declared_may_be_named_and_nothing_else(version: KestraVersion) -> None:
    catalog = load_catalog(version)
    checked = 0
    wrong: dict[str, set[str]] = {}
    for name in catalog.names("task"):
        plugin = catalog.plugin(name)
        if plugin is None or not plugin.outputs or plugin.open or name.endswith(LOOPS_OF_1) or name in ANY_OUTPUTS:
            continue
        checked += 1
        declared = [each for each in plugin.outputs if each.isidentifier()]
        found = told(name, [*declared, "surelyNotThere"], version)
        if found != {"surelyNotThere"}:
            wrong[name] = found
    assert checked > 500
    assert not wrong
