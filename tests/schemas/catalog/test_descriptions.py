"""Our own lines about flow keys, types and properties."""

from __future__ import annotations

import pytest

from tiercel_schemas.catalog import describe, load_catalog
from tiercel_schemas.catalog.descriptions import _table
from tiercel_schemas.versions import KestraVersion

WRITTEN = ("io.kestra.plugin.core.", "io.kestra.plugin.scripts.")
VERSIONS = [pytest.param(version, id=str(version)) for version in KestraVersion]


@pytest.mark.parametrize("version", VERSIONS)
def test_every_flow_key_and_type_of_input_is_described(version: KestraVersion) -> None:
    catalog = load_catalog(version)
    keys = [name for name, each in catalog.flow().properties.items() if not each.hidden]
    assert [name for name in keys if describe("flow", name) is None] == []
    assert [name for name in catalog.variants("Input") if describe("input-type", name) is None] == []


@pytest.mark.parametrize("version", VERSIONS)
def test_every_core_and_script_type_of_flows_is_described(version: KestraVersion) -> None:
    catalog = load_catalog(version)
    names = [name for kind in ("task", "trigger", "condition", "taskRunner") for name in catalog.names(kind)]
    assert [name for name in names if name.startswith(WRITTEN) and describe(name) is None] == []


def test_properties_of_2_0s_core_and_script_tasks_are_described() -> None:
    catalog = load_catalog(KestraVersion.V2_0)
    names = [name for kind in ("task", "trigger") for name in catalog.names(kind) if name.startswith(WRITTEN)]
    missing = []
    for name in names:
        plugin = catalog.plugin(name)
        assert plugin is not None
        properties = [key for key, each in plugin.properties.items() if not each.hidden]
        missing += [f"{name}.{key}" for key in properties if describe(name, key) is None]
    assert [each for each in missing if ".jbang." not in each] == []


def test_what_a_type_does_not_say_its_kind_does() -> None:
    assert describe("io.kestra.plugin.aws.s3.Upload", "runIf") == describe("task", "runIf")
    assert describe("io.kestra.plugin.aws.s3.Trigger", "interval") == describe("trigger", "interval")
    assert describe("io.kestra.plugin.scripts.lua.Script", "script") == describe("script", "script")
    assert describe("io.kestra.core.models.tasks.retrys.Constant", "interval") == describe("retry", "interval")


def test_what_is_not_described_is_none() -> None:
    assert describe("io.kestra.plugin.aws.s3.Upload") is None
    assert describe("flow", "nope") is None
    assert describe("nope", "nope") is None


def test_every_line_is_one_short_sentence() -> None:
    lines = [line for section in _table().values() for line in section.values()]
    assert [line for line in lines if len(line) > 120 or "\n" in line or not line.endswith(".")] == []


def test_every_described_type_exists_in_some_version() -> None:
    catalogs = [load_catalog(version) for version in KestraVersion]
    types = [name for name in _table()["types"] if "*" not in name]
    assert [name for name in types if not any(name in catalog for catalog in catalogs)] == []
