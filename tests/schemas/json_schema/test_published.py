"""The schema that other tools take."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tiercel_schemas.catalog import load_catalog
from tiercel_schemas.json_schema import flow_schema, object_schema, type_schema
from tiercel_schemas.versions import KestraVersion

LOG = "io.kestra.plugin.core.log.Log"
IF = "io.kestra.plugin.core.flow.If"
MAPS, LISTS = {"properties", "$defs"}, {"allOf", "anyOf"}
SINGLE = {"items", "additionalProperties", "if", "then", "else"}
VERSIONS = [pytest.param(version, id=str(version)) for version in KestraVersion]


def flow(*tasks: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": "a", "namespace": "b", "tasks": list(tasks), **more}


def log(**more: Any) -> dict[str, Any]:
    return {"id": "t", "type": LOG, "message": "x", **more}


@pytest.fixture(scope="module")
def whole() -> Draft202012Validator:
    return Draft202012Validator(flow_schema(KestraVersion.V2_0))


@pytest.mark.parametrize("version", VERSIONS)
def test_the_whole_schema_is_a_schema_and_has_every_type(version: KestraVersion) -> None:
    schema = flow_schema(version)
    for shell in shells(schema):
        Draft202012Validator.check_schema(shell)
    catalog = load_catalog(version)
    assert {*catalog.names("task"), *catalog.names("trigger")} <= set(schema["$defs"])
    references = {value for key, value in walk(schema) if key == "$ref"}
    assert {each.removeprefix("#/$defs/") for each in references} <= set(schema["$defs"])


def shells(schema: dict[str, Any]) -> list[dict[str, Any]]:
    """The distinct schemas in a schema, each with those below it left out: as good as the whole, and much faster."""
    found: dict[str, dict[str, Any]] = {}
    stack: list[Any] = [schema]
    while stack:
        each = stack.pop()
        if not isinstance(each, dict):
            assert isinstance(each, bool)
            continue
        shell = dict(each)
        for key in MAPS & each.keys():
            stack.extend(each[key].values())
            shell[key] = {"x": True}
        for key in LISTS & each.keys():
            stack.extend(each[key])
            shell[key] = [True] if each[key] else []
        for key in SINGLE & each.keys():
            stack.append(each[key])
            shell[key] = True
        found[json.dumps(shell)] = shell
    return list(found.values())


def walk(value: Any) -> list[tuple[str, Any]]:
    if isinstance(value, dict):
        return [pair for key, below in value.items() for pair in ((key, below), *walk(below)) if key != "default"]
    return [pair for below in value for pair in walk(below)] if isinstance(value, list) else []


@pytest.mark.parametrize(
    "tree",
    [
        flow(log()),
        flow(log(disabled="true", timeout="PT1H", level="{{ vars.l }}", allowFailure=False)),
        flow(log(message=["a", 1], level="WARN", retry={"type": "constant", "interval": "PT1S", "maxAttempts": "3"})),
        flow({"id": "i", "type": IF, "condition": "{{ true }}", "then": [log()]}),
        flow(log(), id=5, description=None, labels={"a": "b"}, inputs=[{"id": "x", "type": "STRING"}]),
        flow({"id": "x", "type": "com.example.Private", "anything": 1}),
        flow(log(), checks=[{"condition": "{{ true }}", "message": "x"}]),
    ],
)
def test_what_kestra_takes_passes(whole: Draft202012Validator, tree: dict[str, Any]) -> None:
    assert [error.message for error in whole.iter_errors(tree)] == []


@pytest.mark.parametrize(
    ("tree", "path"),
    [
        (flow(), "$.tasks"),
        (flow(log(foo=1)), "$.tasks[0]"),
        (flow({"id": "t", "type": LOG}), "$.tasks[0]"),
        (flow(log(level="LOUD")), "$.tasks[0].level"),
        (flow(log(disabled="maybe")), "$.tasks[0].disabled"),
        (flow(log(timeout="1h")), "$.tasks[0].timeout"),
        (flow(log(id="a b")), "$.tasks[0].id"),
        (flow({"id": "t", "type": "io.kestra.plugin.core.log.Nope"}), "$.tasks[0].type"),
        (flow({"id": "t", "type": "com.example.Private", "disabled": 7.5, "retry": 1}), "$.tasks[0].disabled"),
        (flow({"id": "i", "type": IF, "condition": "x", "then": [log(foo=1)]}), "$.tasks[0].then[0]"),
        (flow(log(), inputs=[{"id": "x", "type": "NOPE"}]), "$.inputs[0].type"),
        (flow(log(), inputs=[{"id": "x", "type": "SELECT", "foo": 1}]), "$.inputs[0]"),
        (flow(log(), pluginDefaults=[]), "$"),
    ],
)
def test_what_kestra_refuses_does_not(whole: Draft202012Validator, tree: dict[str, Any], path: str) -> None:
    assert path in {error.json_path for error in whole.iter_errors(tree)}


def test_a_limited_schema_takes_other_types_as_they_are() -> None:
    schema = Draft202012Validator(flow_schema(KestraVersion.V2_0, [LOG]))
    other = {"id": "i", "type": IF, "nonsense": 1}
    assert schema.is_valid(flow(log(), other))
    assert not schema.is_valid(flow(log(foo=1)))
    assert not schema.is_valid(flow({**other, "id": "a b"}))


def test_an_unknown_type_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        flow_schema(KestraVersion.V2_0, ["io.kestra.plugin.core.flow.ForEach"])
    with pytest.raises(KeyError):
        type_schema(KestraVersion.V2_0, "com.example.Nope")


def test_defaults_may_give_what_is_required_in_1_3() -> None:
    schema = Draft202012Validator(flow_schema(KestraVersion.V1_3, [LOG]))
    assert schema.is_valid(flow({"id": "t", "type": LOG}))
    assert not schema.is_valid(flow({"type": LOG}))


def test_a_type_by_itself() -> None:
    schema = Draft202012Validator(type_schema(KestraVersion.V2_0, LOG))
    assert schema.is_valid(log())
    assert not schema.is_valid(log(type=IF))


def test_properties_are_described() -> None:
    schema = type_schema(KestraVersion.V2_0, LOG)
    assert schema["description"]
    assert schema["properties"]["message"]["description"]


def test_a_shallow_schema_asks_only_for_objects_below() -> None:
    plugin = load_catalog(KestraVersion.V2_0).plugin(IF)
    assert plugin is not None
    schema = object_schema(plugin)
    Draft202012Validator.check_schema(schema)
    assert schema["properties"]["then"]["items"] == {"type": "object"}
    assert schema["additionalProperties"] is False


def test_every_shallow_schema_is_a_schema() -> None:
    catalog = load_catalog(KestraVersion.V2_0)
    plugins = [plugin for name in catalog.names() if (plugin := catalog.plugin(name)) is not None]
    assert len(plugins) > 1400
    for shell in shells({"anyOf": [dict(object_schema(plugin)) for plugin in plugins]}):
        Draft202012Validator.check_schema(shell)
