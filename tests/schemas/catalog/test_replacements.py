"""What took the place of old properties and types."""

from __future__ import annotations

from tiercel_schemas.catalog import load_catalog, property_replacement
from tiercel_schemas.catalog.replacements import _table
from tiercel_schemas.versions import KestraVersion

V1, V2 = load_catalog(KestraVersion.V1_3), load_catalog(KestraVersion.V2_0)


def test_owners_are_looked_through_in_order() -> None:
    found = property_replacement(["Pause", "task"], "delay")
    assert found is not None
    assert found.use == "pauseDuration"
    assert property_replacement(["task"], "delay") is None
    shared = property_replacement(["Log", "task"], "workerGroup")
    assert shared is not None
    assert shared.use is None
    assert shared.advice is not None


def test_every_replacing_type_exists() -> None:
    assert [new for new in _table()["types"].values() if new not in V2] == []


def test_advice_is_given_for_a_type_its_package_and_its_old_name() -> None:
    assert V2.advice("io.kestra.plugin.core.flow.ForEach")
    assert V2.advice("io.kestra.plugin.core.condition.Weekend")
    assert V2.advice("io.kestra.core.tasks.flows.EachSequential")
    assert V2.advice("io.kestra.plugin.core.log.Log") is None
