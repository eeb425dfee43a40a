"""Lookups in the packaged catalog."""

from __future__ import annotations

import pytest

from tiercel_schemas.catalog import Catalog, Property, load_catalog
from tiercel_schemas.versions import KestraVersion

CORE = "io.kestra.plugin.core"


@pytest.fixture(params=list(KestraVersion), ids=str)
def catalog(request: pytest.FixtureRequest) -> Catalog:
    return load_catalog(request.param)


V1, V2 = load_catalog(KestraVersion.V1_3), load_catalog(KestraVersion.V2_0)


def test_properties_hold_inherited_and_own_ones() -> None:
    log = V2.plugin(f"{CORE}.log.Log")
    assert log is not None
    assert log.kind == "task"
    assert log.runnable
    assert not log.flowable
    assert {"id", "runIf", "message", "level"} <= set(log.properties)
    assert log.required == ("id", "message")
    level = log.properties["level"]
    assert level.dynamic
    assert level.default == "INFO"
    assert "WARN" in level.enum


def test_aliases_are_followed_only_where_the_version_accepts_them() -> None:
    old = "io.kestra.core.tasks.log.Log"
    found = V1.plugin(old)
    assert found is not None
    assert found.name == f"{CORE}.log.Log"
    assert V2.plugin(old) is None
    assert V2.replacement(old) == f"{CORE}.log.Log"
    assert V2.canonical(f"{CORE}.flow.WaitFor") == f"{CORE}.flow.LoopUntil"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (f"{CORE}.flow.ForEach", f"{CORE}.flow.Loop"),
        ("io.kestra.core.tasks.flows.EachSequential", f"{CORE}.flow.Loop"),
        (f"{CORE}.flow.Template", f"{CORE}.flow.Subflow"),
        (f"{CORE}.log.Log", None),
        (f"{CORE}.log.Nope", None),
    ],
)
def test_replacement_names_a_type_that_exists(old: str, new: str | None) -> None:
    assert V2.replacement(old) == new


def test_a_replacement_must_exist_in_the_version() -> None:
    assert V1.replacement(f"{CORE}.flow.ForEach") is None


def test_versions_are_told_apart() -> None:
    assert f"{CORE}.flow.ForEach" in V1
    assert f"{CORE}.flow.ForEach" not in V2
    assert V2.other_versions_of(f"{CORE}.flow.ForEach") == (KestraVersion.V1_3,)
    assert "pluginDefaults" in V1.flow().properties
    assert "pluginDefaults" not in V2.flow().properties
    for_each = V1.plugin(f"{CORE}.flow.ForEach")
    assert for_each is not None
    assert for_each.until == KestraVersion.V1_3
    loop = V2.plugin(f"{CORE}.flow.Loop")
    assert loop is not None
    assert loop.since == KestraVersion.V2_0


def test_properties_of_one_version_only() -> None:
    name = "io.kestra.plugin.graphql.Request"
    old, new = V1.plugin(name), V2.plugin(name)
    assert old is not None
    assert new is not None
    assert "allowFailed" in old.properties
    assert "allowFailed" not in new.properties


def test_variants_by_type() -> None:
    assert {"STRING", "SELECT", "FORM"} <= set(V2.variants("Input"))
    assert "BOOLEAN" in V1.variants("Input")
    assert "BOOLEAN" not in V2.variants("Input")
    assert set(V2.variants("AbstractRetry")) == {"constant", "exponential", "random"}
    assert set(V2.variants("io.kestra.core.models.flows.sla.SLA")) == {"MAX_DURATION", "EXECUTION_ASSERTION"}
    assert V2.variants("Nope") == {}
    inputs = V2.flow().properties["inputs"].items
    assert inputs is not None
    assert set(V2.discriminated(inputs.alternatives)) == set(V2.variants("Input"))


def test_names_of_a_base() -> None:
    runners = V2.names_of("io.kestra.core.models.tasks.runners.TaskRunner")
    assert f"{CORE}.runner.Process" in runners
    assert f"{CORE}.log.Log" in V2.names_of("io.kestra.core.models.tasks.Task")
    assert V2.names_of("no.such.Base") == ()


def test_every_type_can_be_read(catalog: Catalog) -> None:
    def check(each: Property) -> None:
        assert each.ref is None or catalog.definition(each.ref) is not None, each
        for below in (*each.alternatives, each.items, each.values):
            if below is not None:
                check(below)

    names = catalog.names()
    assert len(names) > 1400
    for name in names:
        plugin = catalog.plugin(name)
        assert plugin is not None
        assert plugin.kind == catalog.kind(name)
        for each in (*plugin.properties.values(), *plugin.outputs.values()):
            check(each)


def test_every_alias_leads_somewhere(catalog: Catalog) -> None:
    for old, new in catalog.aliases.items():
        plugin = catalog.plugin(old)
        assert plugin is not None
        assert plugin.name == new


def test_unknown_names_are_none(catalog: Catalog) -> None:
    assert catalog.plugin("com.example.Nope") is None
    assert catalog.definition("no.such.Definition") is None
    assert catalog.kind("com.example.Nope") is None
    assert catalog.replacement("com.example.Nope") is None
    assert catalog.advice("com.example.Nope") is None
