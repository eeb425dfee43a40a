"""Lookups in the facts of one version."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from tiercel_schemas.catalog.facts import Metric, ObjectType, PluginType, Property, PropertyReader
from tiercel_schemas.catalog.replacements import is_mere_rename, replacement_of, type_advice
from tiercel_schemas.catalog.store import read_index, read_shard
from tiercel_schemas.versions import KestraVersion

if TYPE_CHECKING:
    from tiercel_schemas.catalog.overlay_file import Overlay


OVERLAY = "overlay"
"""The shard of what was imported from a server; the packaged data has none of this name."""


def load_catalog(version: KestraVersion, overlay: Overlay | None = None) -> Catalog:
    """The catalog of a version, with an overlay (see `overlay_file`) laid over it; the same object each time."""
    if overlay is None:
        return _packaged_catalog(version)
    from tiercel_schemas.catalog.overlaid import overlaid_catalog

    return overlaid_catalog(version, overlay)


@cache
def _packaged_catalog(version: KestraVersion) -> Catalog:
    return Catalog(version)


class Catalog:
    """What may be written in flows of one version. Files are read when something in them is asked for."""

    def __init__(self, version: KestraVersion) -> None:
        self.version = version
        self._plugins: dict[str, PluginType | None] = {}
        self._definitions: dict[str, ObjectType | None] = {}
        self._readers: dict[str, PropertyReader] = {}

    def __contains__(self, name: str) -> bool:
        """Whether this version accepts a type of this name."""
        return self.canonical(name) in self._entries

    # --- types ---------------------------------------------------------------------------------------------

    @cached_property
    def _entries(self) -> Mapping[str, tuple[str, str]]:
        """Name of a type -> shard and kind."""
        shards = self._index["types"].items()
        return {name: (shard, kind) for shard, kinds in shards for kind, names in kinds.items() for name in names}

    @cached_property
    def _index(self) -> Mapping[str, Any]:
        return read_index(self.version)

    @cached_property
    def _flags(self) -> Mapping[str, frozenset[str]]:
        return {flag: frozenset(names) for flag, names in self._index["flags"].items()}

    def names(self, kind: str | None = None) -> tuple[str, ...]:
        """Names of all types, or those of a kind, sorted. Types that no flow may name are left out."""
        internal = self._flags.get("internal", frozenset())
        return tuple(
            sorted(name for name, (_, its) in self._entries.items() if kind in {None, its} and name not in internal)
        )

    @property
    def bases(self) -> tuple[str, ...]:
        """The classes that properties ask for, as `names_of` takes them."""
        return tuple(self._index["bases"])

    def names_of(self, base: str) -> tuple[str, ...]:
        """Names of the types that may stand where a property says `base`."""
        known = self._index["bases"].get(base, ())
        return self.names(known) if isinstance(known, str) else tuple(known)

    def kind(self, name: str) -> str | None:
        """The kind of a type (aliases followed), without reading its facts."""
        entry = self._entries.get(self.canonical(name))
        return entry[1] if entry is not None else None

    def is_deprecated(self, name: str) -> bool:
        """Whether a type (aliases followed) is deprecated, without reading its facts."""
        return self.canonical(name) in self._flags.get("deprecated", frozenset())

    def canonical(self, name: str) -> str:
        """The name behind an alias that this version still accepts; any other name as it is."""
        if name in self._entries:
            return name
        found: str = self._index["aliases"].get(name, name)
        return found

    @property
    def aliases(self) -> Mapping[str, str]:
        """Old names that this version still accepts, with the names behind them."""
        aliases: Mapping[str, str] = self._index["aliases"]
        return aliases

    def plugin(self, name: str) -> PluginType | None:
        """The facts of a type; aliases that this version accepts are followed."""
        name = self.canonical(name)
        if name not in self._plugins:
            entry = self._entries.get(name)
            self._plugins[name] = self._read_plugin(name, *entry) if entry is not None else None
        return self._plugins[name]

    def replacement(self, name: str) -> str | None:
        """What to write instead of an old name, where that is known and exists in this version."""
        known = [self.aliases.get(name), self._index["renamed"].get(name), replacement_of(name)]
        # An alias of another version may stand for a type that was replaced since.
        known += [replacement_of(load_catalog(each).canonical(name)) for each in KestraVersion]
        return next((each for each in known if each is not None and each != name and each in self), None)

    def is_rename(self, name: str) -> bool:
        """Whether the replacement of an old name is the same type under another name, with the same properties."""
        found = self.aliases.get(name) or self._index["renamed"].get(name)
        return is_mere_rename(name) or (found is not None and found == self.replacement(name))

    def advice(self, name: str) -> str | None:
        """What to do about a type that this version lacks, in half a sentence, if there is more to it."""
        names = [name, *(load_catalog(each).canonical(name) for each in KestraVersion)]
        return next((found for each in names if (found := type_advice(each)) is not None), None)

    def exists_in(self, name: str, version: KestraVersion) -> bool:
        """Whether another version accepts a type of this name."""
        return name in load_catalog(version)

    def other_versions_of(self, name: str) -> tuple[KestraVersion, ...]:
        """The versions besides this one that accept a type of this name."""
        return tuple(each for each in KestraVersion if each != self.version and self.exists_in(name, each))

    # --- what flows are made of ----------------------------------------------------------------------------

    def flow(self) -> ObjectType:
        """The flow document itself."""
        return self.document("flow")

    def document(self, name: str) -> ObjectType:
        """A document that Kestra stores: `flow` or `dashboard`; raises KeyError for any other."""
        key = f"document:{name}"
        if key not in self._definitions:
            self._definitions[key] = self._read_object(name, self._core["documents"][name], self._core_shard)
        found = self._definitions[key]
        assert found is not None
        return found

    def base(self, name: str) -> ObjectType:
        """What every type of a base class has; open, as each has more. Nothing is known of an unknown class."""
        key = f"base:{name}"
        if key not in self._definitions:
            raw = {**self._core["bases"].get(name, {}), "open": True}
            self._definitions[key] = self._read_object(name, raw, self._core_shard)
        found = self._definitions[key]
        assert found is not None
        return found

    def definition(self, ref: str) -> ObjectType | None:
        """The object that a property's `ref` stands for; a bare name is one of core's."""
        if ref not in self._definitions:
            # The first `#` parts them: the name may come from elsewhere, and hold anything.
            shard, found, name = ref.partition("#")
            shard, name = (shard, name) if found else (self._core_shard, ref)
            raw = self._shard(shard).get("defs", {}).get(name)
            self._definitions[ref] = self._read_object(name, raw, shard) if raw is not None else None
        return self._definitions[ref]

    def variants(self, base: str) -> Mapping[str, ObjectType]:
        """What `type` chooses among, by its value, for a class by full or simple name.

        There are `Input`, `SLA`, `AbstractRetry`, `AbstractMetric` and `AbstractFilter`. Empty for any other.
        """
        groups: Mapping[str, Mapping[str, str]] = self._core["variants"]
        found = next((each for each in groups if each == base or each.rsplit(".", 1)[-1] == base), None)
        if found is None:
            return {}
        definitions = ((name, self.definition(ref)) for name, ref in groups[found].items())
        return {name: each for name, each in definitions if each is not None}

    def discriminated(self, alternatives: tuple[Property, ...]) -> Mapping[str, ObjectType]:
        """The definitions of alternatives by the value of `type` that chooses them; empty where none does.

        A property named `type` with a constant chooses; for inputs and SLAs core's list of variants does.
        """
        if not alternatives or any(each.ref is None for each in alternatives):
            return {}
        chosen: dict[str, ObjectType] = {}
        for each in alternatives:
            assert each.ref is not None
            definition = self.definition(each.ref)
            name = self._type_value(definition) if definition is not None else None
            if definition is None or name is None:
                return {}
            chosen[name] = definition
        return chosen

    def _type_value(self, definition: ObjectType) -> str | None:
        choice = definition.properties.get("type")
        if choice is not None and choice.const is not None:
            return str(choice.const)
        return self._variant_names.get(definition.name)

    @cached_property
    def _variant_names(self) -> Mapping[str, str]:
        groups: Mapping[str, Mapping[str, str]] = self._core["variants"]
        return {ref: name for group in groups.values() for name, ref in group.items()}

    @property
    def enterprise_inputs(self) -> tuple[str, ...]:
        """Input types that only the paid edition has."""
        return tuple(self._core.get("enterpriseInputs", ()))

    # --- reading -------------------------------------------------------------------------------------------

    @property
    def _core_shard(self) -> str:
        return f"{self.version.value}/core"

    @property
    def _core(self) -> Mapping[str, Any]:
        return self._shard(self._core_shard)

    def _shard(self, name: str) -> Mapping[str, Any]:
        return read_shard(name) if name != OVERLAY else {}

    def _reader(self, shard: str) -> PropertyReader:
        if shard not in self._readers:
            content = self._shard(shard)
            own = content.get("defs", {})
            self._readers[shard] = PropertyReader(
                shared=tuple(content.get("shared", ())),
                qualify=lambda name: f"{shard}#{name}" if name in own else f"{self._core_shard}#{name}",
            )
        return self._readers[shard]

    def _read_object(self, name: str, raw: Mapping[str, Any], shard: str) -> ObjectType:
        reader = self._reader(shard)
        return ObjectType(
            name=name,
            properties=MappingProxyType(reader.read_all(raw.get("props", {}), self.version)),
            open=raw.get("open", False),
            alternatives=tuple(reader.read(name, each) for each in raw.get("any", ())),
        )

    def _is_exact(self, shard: str) -> bool:
        about = self._index["artifacts"][shard]
        # The script plugins were held against the records of their jars.
        from_script: bool = about["artifact"].startswith("io.kestra.plugin:plugin-script-")
        return from_script or about["read"] in {"jar", "server"}

    def _read_plugin(self, name: str, shard: str, kind: str) -> PluginType:
        raw = self._shard(shard)["types"][name]
        reader = self._reader(shard)
        base = raw.get("base")
        inherited = self._core["bases"].get(base, {}).get("props", {}) if base is not None else {}
        without = raw.get("without", ())
        properties = self._reader(self._core_shard).read_all(inherited, self.version)
        properties = {key: each for key, each in properties.items() if key not in without}
        properties.update((key, Property(key)) for key in raw.get("seen", ()) if key not in properties)
        properties.update(reader.read_all(raw.get("props", {}), self.version))
        older = name in self._index["since"]
        newer = name in self._index["until"]
        return PluginType(
            name=name,
            properties=MappingProxyType(properties),
            open=raw.get("open", False),
            kind=kind,
            artifact=self._index["artifacts"][shard].get("artifact", ""),
            base=base,
            classes=frozenset(raw.get("is", ())),
            outputs=MappingProxyType(reader.read_all(raw.get("out", {}), self.version)),
            metrics=tuple(Metric(each["name"], each.get("type"), each.get("unit")) for each in raw.get("metrics", ())),
            aliases=tuple(raw.get("aliases", ())),
            deprecated=raw.get("deprecated", False),
            beta=raw.get("beta", False),
            about=raw.get("about"),
            internal=raw.get("internal", False),
            enterprise=name in self._flags.get("edition", frozenset()),
            examples=raw.get("examples", 0),
            exact=self._is_exact(shard),
            since=self.version if older else None,
            until=self.version if newer else None,
        )
