"""The JSON Schema that editors and other tools take: a flow of one version, whole or limited to some types.

Draft 2020-12. Where `type` chooses, a chain of if/then does, so that a checker reports only on the chosen
type and an editor completes `type` from one list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from tiercel_schemas.catalog import Catalog, ObjectType, PluginType, Property, describe, load_catalog
from tiercel_schemas.json_schema.published_scalars import scalar_schema, with_expression
from tiercel_schemas.json_schema.shallow import DIALECT
from tiercel_schemas.json_schema.type_faults import EXACT_PACKAGES, KINDS
from tiercel_schemas.versions import KestraVersion

Schema = dict[str, Any]


def flow_schema(version: KestraVersion, types: Iterable[str] | None = None, catalog: Catalog | None = None) -> Schema:
    """The schema of a flow.

    `types`: the plugin types to take in (accepted old names are followed), by default every one of the
    version; of tasks and triggers of other types only what all have in common is checked. `catalog`: the
    version's, with an overlay perhaps.

    Raises:
        KeyError: for a type that is not in the version.
    """
    return _Publisher(catalog or load_catalog(version), types).flow()


def type_schema(version: KestraVersion, name: str, catalog: Catalog | None = None) -> Schema:
    """The schema of one object of this type, such as a task.

    Raises:
        KeyError: for a type that is not in the version.
    """
    return _Publisher(catalog or load_catalog(version), None).one(name)


class _Publisher:
    def __init__(self, catalog: Catalog, types: Iterable[str] | None) -> None:
        self._catalog = catalog
        self._defs: dict[str, Schema] = {}
        names = catalog.names() if types is None else [catalog.canonical(each) for each in types]
        if unknown := [name for name in names if name not in catalog]:
            raise KeyError(unknown[0])
        self._types = frozenset(names)
        self._is_whole = types is None
        self._names: dict[str, list[str]] = {name: [name] for name in names}
        for old, new in catalog.aliases.items():
            self._names.setdefault(new, [new]).append(old)

    def flow(self) -> Schema:
        schema = self._object(self._catalog.flow(), "flow")
        return self._published(schema, f"Kestra {self._catalog.version} flow")

    def one(self, name: str) -> Schema:
        return self._published(self._typed(self._catalog.canonical(name)), name)

    def _published(self, schema: Schema, title: str) -> Schema:
        return {"$schema": DIALECT, "title": title, **schema, "$defs": dict(sorted(self._defs.items()))}

    def _define(self, name: str, make: Callable[[], Schema]) -> Schema:
        """A reference to a definition; it is made once, and may refer to itself."""
        name = name.replace("#", ":").replace("/", ":")
        if name not in self._defs:
            self._defs[name] = {}
            self._defs[name] = make()
        return {"$ref": f"#/$defs/{name}"}

    # --- objects -------------------------------------------------------------------------------------------

    def _object(self, fact: ObjectType, owner: str) -> Schema:
        inherited: Mapping[str, Property] = {}
        if isinstance(fact, PluginType) and fact.base is not None:
            inherited = self._catalog.base(fact.base).properties
        properties: dict[str, Schema] = {}
        for name, prop in fact.properties.items():
            described = describe(owner, name) or prop.about
            make = partial(self._property, prop, described)
            if isinstance(fact, PluginType) and prop == inherited.get(name) and described == describe(fact.kind, name):
                schema = self._define(f"{fact.kind}.{name}", make)
            else:
                schema = make()
            properties.update((written, schema) for written in (name, *prop.aliases))
        made: Schema = {"type": "object", "properties": properties}
        needed = self._needed(fact, inherited)
        if required := [name for name in needed if not fact.properties[name].aliases]:
            made["required"] = required
        if renamed := [name for name in needed if fact.properties[name].aliases]:
            made["allOf"] = [
                {"anyOf": [{"required": [each]} for each in (name, *fact.properties[name].aliases)]} for name in renamed
            ]
        if not fact.open:
            made["additionalProperties"] = False
        return made

    def _needed(self, fact: ObjectType, inherited: Mapping[str, Property]) -> list[str]:
        """What must be given in the object itself: in 1.3 a flow's plugin defaults may give the rest."""
        if "pluginDefaults" not in self._catalog.flow().properties or not isinstance(fact, PluginType):
            return list(fact.required)
        return [name for name in fact.required if name in inherited]

    def _typed(self, name: str) -> Schema:
        plugin = self._catalog.plugin(name)
        if plugin is None:
            raise KeyError(name)
        schema = self._object(plugin, name)
        schema["properties"] = {"type": self._type_choice(name), **schema["properties"]}
        schema["required"] = ["type", *schema.get("required", ())]
        notes: Schema = {"deprecated": True} if plugin.deprecated else {}
        if described := describe(name) or plugin.about:
            notes["description"] = described
        return notes | schema

    def _type_choice(self, name: str) -> Schema:
        names = self._names.get(name, [name])
        return {"const": name} if len(names) == 1 else {"enum": names}

    def _based(self, base: str) -> Schema:
        """An object whose `type` names one of the types of a base class, or one that is not known here."""
        fitting = [name for name in self._catalog.names_of(base) if name in self._types]
        names = [name for each in fitting for name in self._names[each]]
        cases = [
            {
                "if": {"properties": {"type": self._type_choice(name)}, "required": ["type"]},
                "then": self._define(name, partial(self._typed, name)),
            }
            for name in fitting
        ]
        common = self._object(self._catalog.base(base), KINDS.get(base, ""))["properties"]
        cases.append({"if": {"properties": {"type": {"enum": names}}}, "else": {"properties": common}})
        choice: Schema = {"anyOf": [{"enum": names}, {"type": "string", "pattern": self._unknown_types()}]}
        return {"type": "object", "required": ["type"], "properties": {"type": choice}, "allOf": cases}

    def _unknown_types(self) -> str:
        if not self._is_whole:
            return r"\."
        packages = "|".join(package.replace(".", r"\.") for package in EXACT_PACKAGES)
        return rf"^(?!{packages}).*\."

    def _chosen(self, choices: Mapping[str, str]) -> Schema:
        """An object whose `type` chooses among definitions, given by their references."""
        return {
            "type": "object",
            "required": ["type"],
            "properties": {"type": {"enum": sorted(choices)}},
            "allOf": [
                {
                    "if": {"properties": {"type": {"const": name}}, "required": ["type"]},
                    "then": self._define(choices[name], partial(self._variant, name, choices[name])),
                }
                for name in sorted(choices)
            ],
        }

    def _variant(self, name: str, ref: str) -> Schema:
        schema = self._definition(ref)
        described = describe("input-type", name)
        schema["properties"]["type"] = {"const": name} | ({"description": described} if described else {})
        return schema

    def _definition(self, ref: str) -> Schema:
        fact = self._catalog.definition(ref)
        if fact is None:
            return {}
        if fact.alternatives:
            return self._alternatives(fact.alternatives)
        return self._object(fact, fact.name)

    # --- values --------------------------------------------------------------------------------------------

    def _property(self, prop: Property, described: str | None) -> Schema:
        notes: Schema = {}
        if described is not None:
            notes["description"] = described
        if prop.default is not None:
            notes["default"] = prop.default
        if prop.deprecated:
            notes["deprecated"] = True
        return notes | self._value(prop, dynamic=prop.dynamic)

    def _value(self, prop: Property, *, dynamic: bool) -> Schema:
        literal = self._literal(prop, dynamic=dynamic)
        return with_expression(literal) if dynamic else literal

    def _literal(self, prop: Property, *, dynamic: bool) -> Schema:
        if prop.const is not None:
            return {"const": prop.const}
        if prop.ref is not None:
            return self._define(prop.ref, partial(self._definition, prop.ref))
        if prop.base is not None:
            return self._define(prop.base, partial(self._based, prop.base))
        if prop.alternatives:
            return self._alternatives(prop.alternatives)
        if prop.kind in {"array", "object"}:
            return self._collection(prop, dynamic=dynamic)
        return scalar_schema(prop) if prop.kind is not None else {}

    def _collection(self, prop: Property, *, dynamic: bool) -> Schema:
        # A text may stand for a templated list or map: JSON, or what else the task makes of it.
        kinds = [str(prop.kind), *(["string"] if dynamic else []), *([] if prop.required else ["null"])]
        schema: Schema = {"type": kinds}
        below, word = (prop.items, "items") if prop.kind == "array" else (prop.values, "additionalProperties")
        if below is not None and (made := self._value(below, dynamic=dynamic or below.dynamic)):
            schema[word] = made
        if prop.min_items is not None:
            schema["minItems"] = prop.min_items
        if prop.max_items is not None:
            schema["maxItems"] = prop.max_items
        return schema

    def _alternatives(self, alternatives: tuple[Property, ...]) -> Schema:
        chosen = self._catalog.discriminated(alternatives)
        if chosen:
            refs = {id(self._catalog.definition(each.ref)): each.ref for each in alternatives if each.ref}
            return self._chosen({name: refs[id(fact)] for name, fact in chosen.items()})
        made = [self._value(each, dynamic=each.dynamic) for each in alternatives]
        return {"anyOf": made} if all(made) else {}
