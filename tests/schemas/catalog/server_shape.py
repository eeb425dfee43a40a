"""A schema of flows as a Kestra server would serve it, made from a catalog's facts."""

from __future__ import annotations

from typing import Any

from tiercel_schemas.catalog import Catalog, ObjectType, PluginType, Property

Schema = dict[str, Any]

FLOW = "io.kestra.core.models.flows.Flow"
TASK = "io.kestra.core.models.tasks.Task"
TRIGGER = "io.kestra.core.models.triggers.AbstractTrigger"
_KINDS = ("task", "trigger", "condition", "taskRunner", "logExporter", "additional")
_BOUNDS = {
    "minimum": "minimum",
    "maximum": "maximum",
    "exclusive_minimum": "exclusiveMinimum",
    "exclusive_maximum": "exclusiveMaximum",
    "min_length": "minLength",
    "max_length": "maxLength",
    "min_items": "minItems",
    "max_items": "maxItems",
}


def server_schema(catalog: Catalog, prefixes: tuple[str, ...] = ("",)) -> Schema:
    """The whole document: draft-07, `definitions` by class, lists of references where plugins may stand.

    `prefixes`: what the names of the types that the server has begin with.
    """
    shape = _Shape(catalog, prefixes)
    for kind in _KINDS:
        for name in (each for each in catalog.names(kind) if each.startswith(prefixes)):
            plugin = catalog.plugin(name)
            assert plugin is not None
            shape.definitions[name] = shape.plugin(plugin)
    shape.definitions[FLOW] = shape.object(catalog.flow())
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$ref": f"#/definitions/{FLOW}",
        "definitions": shape.definitions,
    }


def add_plugin(
    document: Schema, name: str, base_property: str, definition: Schema, aliases: tuple[str, ...] = ()
) -> None:
    """Puts a plugin into a document, wherever what stands in the flow's `base_property` may stand."""
    definitions = document["definitions"]
    choice: Schema = {"enum": [name, *aliases]} if aliases else {"const": name}
    definitions[name] = {"type": "object", **definition}
    definitions[name]["properties"] = {**definition["properties"], "type": choice}
    sample = definitions[FLOW]["properties"][base_property]["items"]["anyOf"]
    first = sample[0]
    for owner in definitions.values():
        for prop in owner.get("properties", {}).values():
            listed = prop.get("items", {}).get("anyOf", []) if isinstance(prop.get("items"), dict) else []
            if first in listed:
                listed.append({"$ref": f"#/definitions/{name}"})


def inherited(document: Schema, of: str, *names: str) -> Schema:
    """Properties that a type of the document has, to give them to another."""
    properties = document["definitions"][of]["properties"]
    return {name: properties[name] for name in names or properties if name != "type"}


def stub(name: str, *properties: str, required: tuple[str, ...] = ()) -> Schema:
    """What a server of 2.0 lists for a type that it knows of and has not installed."""
    shells: Schema = {each: {"markdownDescription": "words"} for each in properties}
    return {
        "type": "object",
        "properties": {"type": {"const": name}, **shells},
        "required": ["type", *required],
        "markdownDescription": "not installed",
    }


class _Shape:
    def __init__(self, catalog: Catalog, prefixes: tuple[str, ...]) -> None:
        self._prefixes = prefixes
        self.definitions: dict[str, Schema] = {}
        self._catalog = catalog
        self._keys: dict[str, str] = {}

    def plugin(self, plugin: PluginType) -> Schema:
        made = self.object(plugin)
        aliases = [old for old, new in self._catalog.aliases.items() if new == plugin.name]
        choice: Schema = {"enum": [plugin.name, *aliases]} if aliases else {"const": plugin.name}
        made["properties"] = {**made["properties"], "type": choice}
        if plugin.deprecated:
            made["$deprecated"] = "true"
        if plugin.beta:
            made["$beta"] = True
        made["title"] = "Words of the authors"
        return made

    def object(self, fact: ObjectType) -> Schema:
        shown = {name: prop for name, prop in fact.properties.items() if not prop.hidden}
        made: Schema = {"type": "object", "properties": {name: self.property(prop) for name, prop in shown.items()}}
        if required := [name for name, prop in shown.items() if prop.required]:
            made["required"] = required
        if fact.open:
            made["additionalProperties"] = True
        return made

    def property(self, prop: Property) -> Schema:
        notes = _notes(prop)
        value = self._value(prop)
        if (prop.dynamic and prop.kind in {"integer", "number", "boolean"}) or (
            prop.dynamic and prop.format == "duration"
        ):
            templated = {"$dynamic": True}
            rest = {key: each for key, each in notes.items() if key != "$dynamic"}
            return {"anyOf": [{**value, **templated}, {"type": "string", **templated}], **rest}
        if "$ref" in value and notes:
            return {"allOf": [value, notes]}
        return {**value, **notes}

    def _value(self, prop: Property) -> Schema:
        if prop.const is not None:
            return {"const": prop.const}
        if prop.base is not None:
            names = [each for each in self._catalog.names_of(prop.base) if each.startswith(self._prefixes)]
            return {"anyOf": [{"$ref": f"#/definitions/{name}"} for name in names]}
        if prop.ref is not None:
            return {"$ref": f"#/definitions/{self._define(prop.ref)}"}
        if prop.alternatives:
            return {"anyOf": [self.property(each) for each in prop.alternatives]}
        if prop.format == "timezone":
            return {"type": "string", "anyOf": [{"enum": ["Africa/Accra", "Europe/Paris"]}, {"pattern": "^Z$"}]}
        made: Schema = {"type": prop.kind} if prop.kind else {}
        if prop.enum:
            made["enum"] = list(prop.enum)
        if prop.format:
            made["format"] = prop.format
        if prop.pattern is not None:
            made["pattern"] = prop.pattern
        for name, keyword in _BOUNDS.items():
            if (bound := getattr(prop, name)) is not None:
                made[keyword] = bound
        if prop.items is not None:
            made["items"] = self.property(prop.items)
        if prop.values is not None:
            made["additionalProperties"] = self.property(prop.values)
        return made

    def _define(self, ref: str) -> str:
        if ref.partition("#")[2] in self._catalog:
            return ref.partition("#")[2]
        if ref not in self._keys:
            key = ref.partition("#")[2]
            # Classes of two plugins can have one name; a server numbers such.
            others = sum(each.partition("#")[2] == key for each in self._keys)
            key = f"{key}-{others + 1}" if others else key
            self._keys[ref] = key
            fact = self._catalog.definition(ref)
            self.definitions[key] = {}
            if fact is None:
                self.definitions[key] = {"type": "object"}
            elif fact.alternatives:
                self.definitions[key] = {"anyOf": [self.property(each) for each in fact.alternatives]}
            else:
                self.definitions[key] = self.object(fact)
        return self._keys[ref]


def _notes(prop: Property) -> Schema:
    notes: Schema = {}
    if prop.dynamic:
        notes["$dynamic"] = True
    if prop.default is not None:
        notes["default"] = prop.default
    for name, keyword in (("deprecated", "$deprecated"), ("beta", "$beta"), ("secret", "$secret")):
        if getattr(prop, name):
            notes[keyword] = True
    if prop.accepts_uri:
        notes["$internalStorageURI"] = True
    if prop.group is not None:
        notes["$group"] = prop.group
    if prop.language is not None:
        notes["$language"] = prop.language
    return notes
