"""The plugin types of a server's schema as raw facts: their kinds, abilities and what is their own."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

from tiercel_schemas.catalog.catalog import Catalog
from tiercel_schemas.catalog.server_properties import PropertyConverter, Raw, first_line
from tiercel_schemas.catalog.server_schema import (
    PluginDefinition,
    SchemaError,
    ServerSchema,
    Site,
    properties_of,
)

_TASK = "io.kestra.core.models.tasks.Task"
_TRIGGER = "io.kestra.core.models.triggers.AbstractTrigger"
_BASES = {
    "task": _TASK,
    "trigger": _TRIGGER,
    "condition": "io.kestra.core.models.conditions.Condition",
    "taskRunner": "io.kestra.core.models.tasks.runners.TaskRunner",
    "logExporter": "io.kestra.core.models.tasks.logs.LogExporter",
    "additional": "io.kestra.core.plugins.AdditionalPlugin",
}
_PLACES = {"tasks": "task", "errors": "task", "finally": "task", "afterExecution": "task", "triggers": "trigger"}
_FLOW = "io.kestra.core.models.flows.Flow"
_RUNNABLE = "io.kestra.core.models.tasks.RunnableTask"
_FLOWABLE = "io.kestra.core.models.tasks.FlowableTask"
_POLLING = "io.kestra.core.models.triggers.PollingTriggerInterface"
_MOST_TYPES = 20_000
_MOST = 0.5


@dataclass(slots=True)
class ReadSchema:
    """Every type of a server's schema, before it is compared with what is known."""

    types: dict[str, Raw] = field(default_factory=dict)
    definitions: Mapping[str, Raw] = field(default_factory=dict)
    bases: dict[str, tuple[str, ...]] = field(default_factory=dict)
    stubs: set[str] = field(default_factory=set)


def read_flow_schema(document: Any, catalog: Catalog) -> ReadSchema:
    """Every plugin type of a server's schema of flows.

    Raises:
        SchemaError: if the document is no schema of a server.
    """
    schema = ServerSchema(document) if isinstance(document, Mapping) else None
    if schema is None or not (schema.definitions or "$schema" in schema.root):
        raise SchemaError("it is no JSON Schema")
    if "2020-12" in str(schema.root.get("$schema")):
        raise SchemaError("it is what `tiercel schema` prints, not what a Kestra server serves")
    if not schema.plugins:
        raise SchemaError("it defines no plugin types, as the schema of a Kestra server does")
    if len(schema.plugins) > _MOST_TYPES:
        raise SchemaError(f"it defines more than {_MOST_TYPES} types")
    reader = TypeReader(schema, catalog)
    read = ReadSchema(bases=reader.bases)
    for each in schema.plugins.values():
        read.types[each.name] = reader.type(each, reader.kinds.get(each.name) or "additional")
        if _is_stub(each):
            read.stubs.add(each.name)
            read.types[each.name]["open"] = True
    _leave_inherited(read, catalog)
    read.definitions = reader.converter.finish()
    return read


def _is_stub(plugin: PluginDefinition) -> bool:
    """Whether a server (2.0) lists a type that it has not installed: names of properties without their types."""
    words = {"title", "markdownDescription", "description"}
    others = [each for name, each in properties_of(plugin.node).items() if name != "type"]
    return all(isinstance(each, Mapping) and each.keys() <= words for each in others)


class TypeReader:
    """Reads types of a schema; `converter` gathers the definitions that they refer to, `bases` what may stand where."""

    def __init__(self, schema: ServerSchema, catalog: Catalog) -> None:
        self._schema = schema
        self._catalog = catalog
        self.kinds: dict[str, str] = {}
        self.bases: dict[str, tuple[str, ...]] = {}
        self._base_by_names: dict[frozenset[str], str] = {}
        for site in schema.sites:
            self._place(site)
        self.converter = PropertyConverter(schema, self._base_of, self._is_core)

    def _is_core(self, name: str) -> bool:
        return self._catalog.definition(f"{self._catalog.version.value}/core#{name}") is not None

    def _base_of(self, names: frozenset[str]) -> str:
        if names not in self._base_by_names:
            # A single reference to a plugin is no list of choices.
            self._place(Site(min(names), "", names))
        return self._base_by_names[names]

    def _place(self, site: Site) -> None:
        """Finds the base class whose types may stand at a site, and notes what kind the types there are of."""
        known = {name: kind for name in site.names if (kind := self._catalog.kind(name)) is not None}
        counted = Counter(known.values()).most_common(1)
        kind = counted[0][0] if counted else None
        if kind is None and site.owner == _FLOW:
            kind = _PLACES.get(site.property)
        base = self._narrowest(known.keys()) if known else _BASES.get(kind or "")
        if base is None:
            base = f"{site.owner}.{site.property}" if site.property else site.owner
            self.bases[base] = tuple(sorted(site.names))
        self._base_by_names[site.names] = base
        new = site.names - known.keys()
        for name in new:
            if self.kinds.get(name, "additional") == "additional":
                self.kinds[name] = kind or "additional"
        if new and _BASES.get(kind or "") != base:
            self.bases[base] = tuple(sorted({*self.bases.get(base, ()), *new}))

    def _narrowest(self, names: AbstractSet[str]) -> str | None:
        """The base class with the fewest types among those that have the most of these."""
        shares = (
            (len(names & types) / len(names), -len(types), base)
            for base in self._catalog.bases
            if (types := frozenset(self._catalog.names_of(base)))
        )
        share, _, base = max(shares, default=(0, 0, ""))
        return base if share > _MOST else None

    def type(self, plugin: PluginDefinition, kind: str) -> Raw:
        """A type's raw facts."""
        node = plugin.node
        kind = self._catalog.kind(plugin.name) or kind
        props = self.converter.properties(node, plugin.name)
        props.pop("type", None)
        made: Raw = {"kind": kind, "props": props}
        if kind in _BASES:
            made["base"] = _BASES[kind]
        abilities = self._abilities(kind, props)
        abilities += [base for base, names in self.bases.items() if plugin.name in names]
        if abilities:
            made["is"] = abilities
        if plugin.aliases:
            made["aliases"] = list(plugin.aliases)
        for word, short in (("$deprecated", "deprecated"), ("$beta", "beta")):
            if node.get(word) in (True, "true"):
                made[short] = True
        if node.get("additionalProperties"):
            made["open"] = True
        if metrics := _metrics(node.get("$metrics")):
            made["metrics"] = metrics
        if line := first_line(node.get("title")):
            made["about"] = line
        return made

    def _abilities(self, kind: str, props: Mapping[str, Raw]) -> list[str]:
        if kind == "task":
            holds_tasks = any(each.get("items", {}).get("base") == _TASK for each in props.values())
            return [_FLOWABLE, _RUNNABLE] if holds_tasks else [_RUNNABLE]
        return [_POLLING] if kind == "trigger" and "interval" in props else []


def _metrics(listed: object) -> list[dict[str, str]]:
    entries = listed if isinstance(listed, list) else []
    kept = ({key: each.get(key) for key in ("name", "type", "unit")} for each in entries if isinstance(each, Mapping))
    texts = ({key: each for key, each in entry.items() if isinstance(each, str)} for entry in kept)
    return [entry for entry in texts if entry.get("name")]


def _leave_inherited(read: ReadSchema, catalog: Catalog) -> None:
    """Leaves out what a type has like all of its base: that is known better. What is its own way stays."""
    by_base: dict[str, list[str]] = {}
    for name, raw in read.types.items():
        if "base" in raw and name not in read.stubs:
            by_base.setdefault(raw["base"], []).append(name)
    for base, names in by_base.items():
        inherited = {key: prop for key, prop in catalog.base(base).properties.items() if not prop.hidden}
        for key in inherited:
            written = {name: _canonical(read.types[name]["props"].get(key)) for name in names}
            usual = Counter(written.values()).most_common(1)[0][0]
            for name, text in written.items():
                props = read.types[name]["props"]
                if text == usual:
                    props.pop(key, None)
                elif text == _canonical(None):
                    read.types[name].setdefault("without", []).append(key)
    for name in read.stubs:
        for key in catalog.base(read.types[name].get("base", "")).properties:
            read.types[name]["props"].pop(key, None)


def _canonical(raw: Raw | None) -> str:
    return json.dumps({key: each for key, each in raw.items() if key != "about"} if raw else None, sort_keys=True)
