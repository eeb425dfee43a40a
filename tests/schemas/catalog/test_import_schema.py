"""What is taken from the schema of a server: nothing that validation needs is lost, and what is known stays."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.schemas.catalog.server_shape import FLOW, Schema, add_plugin, inherited, server_schema, stub
from tiercel_schemas.catalog import Catalog, ObjectType, PluginType, Property, load_catalog
from tiercel_schemas.catalog.catalog import OVERLAY
from tiercel_schemas.catalog.importing import (
    ImportedSchema,
    import_flow_schema,
    import_plugin_schema,
)
from tiercel_schemas.catalog.overlay_file import open_overlay, write_overlay
from tiercel_schemas.catalog.server_schema import SchemaError, class_name
from tiercel_schemas.catalog.server_types import ReadSchema, read_flow_schema
from tiercel_schemas.json_schema import flow_schema, object_schema, validate_flow
from tiercel_schemas.source.parser import parse_source
from tiercel_schemas.versions import KestraVersion

V2 = KestraVersion.V2_0
LOG = "io.kestra.plugin.core.log.Log"
SLACK = "io.kestra.plugin.slack.notifications.SlackIncomingWebhook"
SCHEDULE = "io.kestra.plugin.core.trigger.Schedule"

FEW = ("io.kestra.plugin.core.", "io.kestra.plugin.slack.", "io.kestra.plugin.ai.")


def document(version: KestraVersion = V2, prefixes: tuple[str, ...] = FEW) -> Schema:
    """A server's schema."""
    return server_schema(load_catalog(version), prefixes)


def overlaid(imported: ImportedSchema, folder: Path, version: KestraVersion = V2) -> Catalog:
    """The catalog with what was imported, by way of the file."""
    path = folder / "overlay.jsonl"
    write_overlay(path, imported, version)
    return load_catalog(version, open_overlay(path, version))


def plugin(catalog: Catalog, name: str) -> PluginType:
    found = catalog.plugin(name)
    assert found is not None
    return found


def codes(text: str, catalog: Catalog) -> list[tuple[str, str]]:
    found = validate_flow(parse_source(text).documents[0].root, catalog.version, catalog)
    return [(str(each.severity.name), each.code) for each in found]


def flow(task: str) -> str:
    return f"id: a\nnamespace: b\ntasks:\n  - id: t\n{task}"


# --- the round trip -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", list(KestraVersion), ids=str)
def test_nothing_that_validation_needs_is_lost(version: KestraVersion, tmp_path: Path) -> None:
    """Every type, as the server's schema alone tells it, is validated as by the packaged facts."""
    packaged = load_catalog(version)
    read = read_flow_schema(document(version, ("",)), packaged)
    catalog = overlaid(ImportedSchema(read.types, read.definitions, read.bases), tmp_path, version)
    wrong = []
    for name, raw in read.types.items():
        known = plugin(packaged, name)
        # The class's own method: nothing is filled in from what is known.
        found = Catalog._read_plugin(catalog, name, OVERLAY, raw["kind"])
        if _sense_of(known, packaged) != _sense_of(found, catalog):
            wrong.append(name)
    assert len(read.types) > 1400
    # Its facts hold another plugin as a plain object; a server refers to that plugin.
    assert wrong == ["io.kestra.plugin.minio.Upload"]


def _sense_of(fact: ObjectType, catalog: Catalog) -> Any:
    """All that validation asks of an object and of those below it."""
    seen: dict[str, Any] = {}
    return _object_sense(fact, catalog, seen), sorted(seen.items(), key=lambda each: each[0])


def _object_sense(fact: ObjectType, catalog: Catalog, seen: dict[str, Any]) -> Any:
    shown = {name: prop for name, prop in fact.properties.items() if not prop.hidden}
    return (
        fact.open,
        {name: (prop.required, _value_sense(prop, catalog, seen)) for name, prop in shown.items()},
    )


def _value_sense(prop: Property, catalog: Catalog, seen: dict[str, Any]) -> Any:
    below: list[Any] = [_value_sense(each, catalog, seen) for each in (prop.items, prop.values) if each is not None]
    below = [each for each in below if each != _NOTHING]
    if prop.ref is not None:
        fact = catalog.definition(prop.ref)
        if fact is not None and fact.alternatives:
            alternatives = [_value_sense(each, catalog, seen) for each in fact.alternatives]
            return ("any", alternatives, prop.dynamic)
        if fact is None or not fact.properties:
            return ("object", prop.dynamic)
        name = class_name(prop.ref.partition("#")[2])
        if name not in seen:
            seen[name] = None
            seen[name] = _object_sense(fact, catalog, seen)
        return ("ref", prop.dynamic)
    if prop.alternatives:
        return ("any", [_value_sense(each, catalog, seen) for each in prop.alternatives], prop.dynamic)
    if prop.base is not None:
        names = catalog.names_of(prop.base)
        return ("base", names, prop.dynamic) if names else _NOTHING
    if prop.kind == "object" and not below:
        return ("object", prop.dynamic)
    scalars = (prop.kind, prop.const, prop.enum, prop.format, prop.pattern, prop.default, prop.deprecated)
    bounds = (prop.minimum, prop.maximum, prop.exclusive_minimum, prop.exclusive_maximum)
    lengths = (prop.min_length, prop.max_length, prop.min_items, prop.max_items)
    return (*scalars, *bounds, *lengths, prop.dynamic, below)


_NOTHING = _value_sense(Property(""), load_catalog(V2), {})


# --- what is new, and what is known ---------------------------------------------------------------------------


def private(document: Schema) -> Schema:
    """A task of a company's own."""
    return {
        "properties": {
            **inherited(
                document,
                LOG,
                *(
                    name
                    for name in document["definitions"][LOG]["properties"]
                    if name not in {"level", "message", "type"}
                ),
            ),
            "queue": {"type": "string", "minLength": 1, "title": "Where the work waits\nand more"},
            "size": {
                "anyOf": [{"type": "integer", "$dynamic": True, "minimum": 1}, {"type": "string", "$dynamic": True}]
            },
            "mode": {"type": "string", "enum": ["FAST", "SAFE"], "default": "SAFE", "$dynamic": True},
            "body": {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}], "$dynamic": True},
            "options": {"allOf": [{"$ref": "#/definitions/com.acme.Options"}, {"title": "More"}]},
            "then": document["definitions"]["io.kestra.plugin.core.flow.Sequential"]["properties"]["tasks"],
        },
        "required": ["id", "queue"],
        "title": "Hands work over",
        "$deprecated": "true",
        "$metrics": [{"name": "sent", "type": "counter", "unit": "items", "description": "x"}],
    }


def with_private(version: KestraVersion = V2) -> Schema:
    made = document(version)
    made["definitions"]["com.acme.Options"] = {
        "type": "object",
        "properties": {
            "retries": {"type": "integer"},
            "next": {"$ref": "#/definitions/com.acme.Options"},
            "zone": {"anyOf": [{"enum": ["Europe/Paris", "UTC"]}, {"pattern": "^Z$"}], "type": "string"},
        },
        "required": ["retries"],
    }
    add_plugin(made, "com.acme.Enqueue", "tasks", private(made), aliases=("com.acme.old.Enqueue",))
    return made


@pytest.mark.parametrize("version", list(KestraVersion), ids=str)
def test_a_private_plugin_is_known(version: KestraVersion, tmp_path: Path) -> None:
    imported = import_flow_schema(with_private(version), load_catalog(version))
    assert imported.new == ("com.acme.Enqueue",)
    catalog = overlaid(imported, tmp_path, version)
    found = plugin(catalog, "com.acme.old.Enqueue")
    assert found.name == "com.acme.Enqueue"
    assert (found.kind, found.exact, found.open, found.deprecated) == ("task", True, False, True)
    assert found.required == ("id", "queue")
    assert "com.acme.Enqueue" in catalog.names("task")
    assert "com.acme.Enqueue" in catalog.names_of("io.kestra.core.models.tasks.Task")
    assert catalog.is_deprecated("com.acme.Enqueue")
    assert found.properties["timeout"].format == "duration"
    assert (found.properties["size"].kind, found.properties["size"].dynamic) == ("integer", True)
    assert len(found.properties["body"].alternatives) == 2
    assert found.properties["queue"].about == "Where the work waits"
    assert found.properties["id"].about is not None
    assert (found.about, found.metrics[0].unit) == ("Hands work over", "items")
    assert found.runnable
    options = catalog.definition(found.properties["options"].ref or "")
    assert options is not None
    assert options.properties["zone"].format == "timezone"
    assert options.properties["next"].ref == found.properties["options"].ref
    assert load_catalog(version).plugin("com.acme.Enqueue") is None


@pytest.mark.parametrize(
    ("task", "expected"),
    [
        ("    type: com.acme.Enqueue\n    queue: q\n    size: '{{ 1 }}'\n    options: {retries: 1}\n", []),
        ("    type: com.acme.Enqueue\n    queue: q\n    body: plain\n", []),
        ("    type: com.acme.Enqueue\n", [("ERROR", "missing-property")]),
        ("    type: com.acme.Enqueue\n    queue: q\n    quue: 1\n", [("ERROR", "unknown-property")]),
        ("    type: com.acme.Enqueue\n    queue: q\n    mode: SLOW\n", [("ERROR", "literal-invalid-enum")]),
        ("    type: com.acme.Enqueue\n    queue: q\n    size: many\n", [("ERROR", "literal-wrong-kind")]),
        ("    type: com.acme.Enqueue\n    queue: q\n    options: {retries: x}\n", [("ERROR", "wrong-kind")]),
        ("    type: com.acme.Enqueue\n    queue: q\n    timeout: soon\n", [("ERROR", "literal-invalid-duration")]),
        (
            "    type: com.acme.Enqueue\n    queue: q\n    then:\n      - {id: x, type: com.acme.Enqueue}\n",
            [("ERROR", "missing-property")],
        ),
    ],
)
def test_flows_are_validated_by_it(task: str, expected: list[tuple[str, str]], tmp_path: Path) -> None:
    catalog = overlaid(import_flow_schema(with_private(), load_catalog(V2)), tmp_path)
    assert [each for each in codes(flow(task), catalog) if each[1] != "deprecated-type"] == expected


def test_without_the_import_the_same_task_is_only_unknown() -> None:
    found = codes(flow("    type: com.acme.Enqueue\n    quue: 1\n"), load_catalog(V2))
    assert "unknown-property" not in [code for _, code in found]


def test_facts_that_are_kestras_own_stay_and_gain_what_the_server_has_more(tmp_path: Path) -> None:
    made = document()
    made["definitions"][LOG]["properties"]["colour"] = {"type": "string", "enum": ["RED"]}
    del made["definitions"][LOG]["properties"]["level"]
    made["definitions"][LOG]["required"] = ["id", "message", "colour"]
    imported = import_flow_schema(made, load_catalog(V2))
    assert imported.extended == (LOG,)
    found, before = plugin(overlaid(imported, tmp_path), LOG), plugin(load_catalog(V2), LOG)
    assert set(found.properties) == {*before.properties, "colour"}
    assert found.properties["level"] == before.properties["level"]
    assert found.required == before.required
    assert found.outputs == before.outputs


def test_facts_from_sources_give_way_to_the_servers(tmp_path: Path) -> None:
    made = document()
    definition = made["definitions"][SLACK]
    definition["properties"] = {"colour": {"type": "string"}, **inherited(made, SLACK), "type": {"const": SLACK}}
    del definition["properties"]["payload"]
    imported = import_flow_schema(made, load_catalog(V2))
    assert SLACK in imported.revised
    found, before = plugin(overlaid(imported, tmp_path), SLACK), plugin(load_catalog(V2), SLACK)
    assert not before.exact
    assert found.exact
    assert "colour" in found.properties
    assert "payload" not in found.properties
    assert (found.classes >= before.classes, found.artifact, found.examples) == (True, before.artifact, before.examples)


def test_what_a_schema_does_not_tell_stays(tmp_path: Path) -> None:
    catalog = overlaid(import_flow_schema(document(), load_catalog(V2)), tmp_path)
    packaged = load_catalog(V2)
    names = [name for name in packaged.names("task") if name.startswith(FEW)]
    assert len(names) > 60
    for name in names:
        assert plugin(catalog, name).outputs == plugin(packaged, name).outputs
        assert plugin(catalog, name).classes >= plugin(packaged, name).classes


def test_types_that_the_server_lacks_stay_known(tmp_path: Path) -> None:
    made = document()
    kept = {FLOW, LOG, SCHEDULE}
    made["definitions"] = {
        key: each for key, each in made["definitions"].items() if key in kept or ".plugin." not in key
    }
    catalog = overlaid(import_flow_schema(made, load_catalog(V2)), tmp_path)
    assert set(catalog.names()) == set(load_catalog(V2).names())


def test_a_type_that_the_server_has_not_installed_is_open(tmp_path: Path) -> None:
    made = document()
    made["definitions"][SLACK] = stub(SLACK, "url")
    fresh = stub("io.kestra.plugin.fresh.Do", "what", "id", required=("what",))
    add_plugin(made, "io.kestra.plugin.fresh.Do", "tasks", fresh)
    imported = import_flow_schema(made, load_catalog(V2))
    assert imported.new == ("io.kestra.plugin.fresh.Do",)
    assert SLACK in imported.unchanged
    catalog = overlaid(imported, tmp_path)
    found = plugin(catalog, "io.kestra.plugin.fresh.Do")
    assert (found.open, found.kind, found.properties["what"].anything) == (True, "task", True)
    assert plugin(catalog, SLACK) == plugin(load_catalog(V2), SLACK) or not plugin(catalog, SLACK).open
    text = "    type: io.kestra.plugin.fresh.Do\n    what: {a: 1}\n    more: 2\n"
    assert codes(flow(text), catalog) == []


def test_own_parts_of_a_private_plugin_are_told_apart(tmp_path: Path) -> None:
    made = with_private()
    definitions = made["definitions"]
    for name in ("com.acme.store.Disk", "com.acme.store.Cloud"):
        definitions[name] = {"type": "object", "properties": {"type": {"const": name}, "size": {"type": "integer"}}}
    references = [{"$ref": f"#/definitions/com.acme.store.{each}"} for each in ("Disk", "Cloud")]
    definitions["com.acme.Enqueue"]["properties"]["store"] = {"anyOf": references}
    catalog = overlaid(import_flow_schema(made, load_catalog(V2)), tmp_path)
    base = plugin(catalog, "com.acme.Enqueue").properties["store"].base
    assert base is not None
    assert catalog.names_of(base) == ("com.acme.store.Cloud", "com.acme.store.Disk")
    text = "    type: com.acme.Enqueue\n    queue: q\n    store: {type: com.acme.store.Disk, size: x}\n"
    assert ("ERROR", "wrong-kind") in codes(flow(text), catalog)


def test_a_trigger_of_ones_own(tmp_path: Path) -> None:
    made = document()
    shared = inherited(made, SCHEDULE, "id", "description", "disabled", "logLevel")
    definition = {
        "properties": {**shared, "interval": {"type": "string", "format": "duration"}, "feed": {"type": "string"}}
    }
    add_plugin(made, "com.acme.Feed", "triggers", {**definition, "required": ["id", "feed"]})
    catalog = overlaid(import_flow_schema(made, load_catalog(V2)), tmp_path)
    found = plugin(catalog, "com.acme.Feed")
    assert (found.kind, found.polling) == ("trigger", True)
    assert "com.acme.Feed" in catalog.names("trigger")


# --- one plugin -----------------------------------------------------------------------------------------------


def documentation() -> dict[str, Any]:
    """What a server tells of one plugin."""
    return {
        "markdown": "# words",
        "schema": {
            "properties": {
                "title": "Hands work over",
                "properties": {
                    "queue": {"type": "string", "$required": True, "$group": "main"},
                    "how": {"$ref": "#/$defs/com.acme.How"},
                },
            },
            "outputs": {
                "properties": {"uri": {"type": "string", "format": "uri"}, "rest": {"$ref": "#/$defs/com.acme.Rest"}},
                "$defs": {"com.acme.Rest": {"type": "object", "properties": {"left": {"type": "integer"}}}},
            },
            "definitions": {"com.acme.How": {"type": "object", "properties": {"fast": {"type": "boolean"}}}},
        },
    }


def test_one_plugin_with_its_outputs(tmp_path: Path) -> None:
    imported = import_plugin_schema(documentation(), load_catalog(V2), "com.acme.Enqueue")
    catalog = overlaid(imported, tmp_path)
    found = plugin(catalog, "com.acme.Enqueue")
    assert (found.required, found.properties["queue"].group) == (("id", "queue"), "main")
    assert set(found.outputs) == {"uri", "rest"}
    rest = catalog.definition(found.outputs["rest"].ref or "")
    how = catalog.definition(found.properties["how"].ref or "")
    assert rest is not None
    assert how is not None
    assert (set(rest.properties), set(how.properties)) == ({"left"}, {"fast"})
    assert "timeout" in found.properties


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ([], "no `schema`"),
        ({"schema": {"properties": {}}}, "no `schema`"),
        (documentation(), "does not say which type"),
    ],
)
def test_what_is_no_plugin_is_refused(content: Any, words: str) -> None:
    with pytest.raises(SchemaError, match=words):
        import_plugin_schema(content, load_catalog(V2))


# --- what is no schema ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "no JSON Schema"),
        ([1], "no JSON Schema"),
        ({"message": "Not found"}, "no JSON Schema"),
        ({"$schema": "x", "type": "object"}, "no plugin types"),
        ({"definitions": {"a": {"properties": {"type": {"const": "short"}}}}}, "no plugin types"),
        ({"definitions": {"a": 1, "b": [], "c": {"allOf": 1, "properties": []}}}, "no plugin types"),
        (flow_schema(V2, types=[LOG]), "`tiercel schema` prints"),
    ],
    ids=["nothing", "list", "message", "other", "short", "odd", "ours"],
)
def test_what_is_no_schema_of_a_server_is_refused(content: Any, words: str) -> None:
    with pytest.raises(SchemaError, match=words):
        import_flow_schema(content, load_catalog(V2))


def test_references_in_circles_and_without_end_are_read(tmp_path: Path) -> None:
    definitions: dict[str, Any] = {
        "a.Loop": {
            "allOf": [{"$ref": "#/definitions/a.Loop"}, {"properties": {"x": {"$ref": "#/definitions/a.Loop"}}}]
        },
        "a.Ref": {"$ref": "#/definitions/a.Ref"},
    }
    definitions |= {f"a.N{each}": {"$ref": f"#/definitions/a.N{each + 1}"} for each in range(3000)}
    definitions |= {
        f"a.P{each}": {"properties": {"p": {"$ref": f"#/definitions/a.P{each + 1}"}}} for each in range(3000)
    }
    names = ("a.Loop", "a.Ref", "a.N0", "a.P0", "a.Nowhere")
    props = {each[2:]: {"$ref": f"#/definitions/{each}"} for each in names}
    definitions["a.Task"] = {"properties": {"type": {"const": "a.Task"}, **props, "bad": {"$ref": 7, "title": 3}}}
    imported = import_flow_schema({"definitions": definitions}, load_catalog(V2))
    found = plugin(overlaid(imported, tmp_path), "a.Task")
    assert found.properties["Ref"].anything
    assert found.properties["P0"].ref == "overlay#a.P0"
    assert len(imported.definitions) > 3000


def nested(word: str) -> Schema:
    node: Any = {"type": "string"}
    for _ in range(50_000):
        node = {word: [node] if word in {"allOf", "anyOf"} else node, "type": "array"}
    return {"definitions": {"a.T": {"properties": {"type": {"const": "a.T"}, "x": node}}}}


@pytest.mark.parametrize("word", ["allOf", "items", "anyOf", "title"])
def test_what_is_nested_without_end_is_cut(word: str) -> None:
    assert import_flow_schema(nested(word), load_catalog(V2)).new == ("a.T",)


def test_what_can_not_be_cut_is_refused() -> None:
    with pytest.raises(SchemaError, match="nested too deeply"):
        import_flow_schema(nested("default"), load_catalog(V2))


def test_names_hold_anything(tmp_path: Path) -> None:
    odd = "../../x#2.0/core#y"
    made = {
        "definitions": {
            "a.T": {"properties": {"type": {"const": "a.T"}, "x": {"$ref": f"#/definitions/{odd.replace('/', '~1')}"}}},
            odd: {"properties": {"y": {"type": "integer"}}},
        }
    }
    catalog = overlaid(import_flow_schema(made, load_catalog(V2)), tmp_path)
    found = catalog.definition(plugin(catalog, "a.T").properties["x"].ref or "")
    assert found is not None
    assert set(found.properties) == {"y"}


def test_imported_schemas_are_plain_data() -> None:
    imported = import_flow_schema(with_private(), load_catalog(V2))
    assert json.loads(json.dumps(imported.types)) == imported.types
    assert isinstance(imported.definitions, Mapping)
    assert isinstance(read_flow_schema(with_private(), load_catalog(V2)), ReadSchema)
    assert object_schema(plugin(load_catalog(V2), LOG))["type"] == "object"
