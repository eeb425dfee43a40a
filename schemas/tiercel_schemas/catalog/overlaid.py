"""A catalog with what was imported from a server laid over it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import Any

from tiercel_schemas.catalog.catalog import OVERLAY, Catalog, load_catalog
from tiercel_schemas.catalog.descriptions import describe
from tiercel_schemas.catalog.facts import PluginType, Property
from tiercel_schemas.catalog.overlay_file import Overlay
from tiercel_schemas.versions import KestraVersion


@lru_cache(maxsize=8)
def overlaid_catalog(version: KestraVersion, overlay: Overlay) -> Catalog:
    """The catalog of a version with an overlay on it; the same object for the same overlay."""
    return _OverlaidCatalog(version, overlay)


class _OverlaidCatalog(Catalog):
    def __init__(self, version: KestraVersion, overlay: Overlay) -> None:
        super().__init__(version)
        self._overlay = overlay
        self._packaged = load_catalog(version)

    @cached_property
    def _index(self) -> Mapping[str, Any]:
        index = super()._index
        overlay = self._overlay
        kinds: dict[str, list[str]] = {}
        for name, kind in overlay.kinds.items():
            kinds.setdefault(kind, []).append(name)
        bases = dict(index["bases"])
        for base, names in overlay.bases.items():
            known = bases.get(base, ())
            if not isinstance(known, str):
                bases[base] = sorted({*known, *names})
        deprecated = {*index["flags"].get("deprecated", ()), *overlay.deprecated}
        aliases = {old: name for old, name in overlay.aliases.items() if old not in self._packaged}
        return {
            **index,
            # The last shard that has a type is the one that counts.
            "types": {**index["types"], OVERLAY: kinds},
            "flags": {**index["flags"], "deprecated": deprecated},
            "aliases": {**aliases, **index["aliases"]},
            "bases": bases,
            "artifacts": {**index["artifacts"], OVERLAY: {"artifact": "", "read": "server"}},
        }

    def _shard(self, name: str) -> Mapping[str, Any]:
        return self._overlay.shard if name == OVERLAY else super()._shard(name)

    def _read_plugin(self, name: str, shard: str, kind: str) -> PluginType:
        if shard != OVERLAY:
            return super()._read_plugin(name, shard, kind)
        found = super()._read_plugin(name, shard, kind)
        known = self._packaged.plugin(name)
        if known is None:
            return replace(found, properties=MappingProxyType(dict(self._described(found))))
        if self._shard(shard)["types"][name].get("adds"):
            own = self._overlay.shard["types"][name]["props"]
            added = {each: prop for each, prop in found.properties.items() if each in own}
            return replace(known, properties=MappingProxyType({**added, **known.properties}))
        return replace(
            known,
            properties=MappingProxyType({each: _completed(prop, known) for each, prop in found.properties.items()}),
            open=found.open,
            exact=True,
            outputs=found.outputs or known.outputs,
            metrics=found.metrics or known.metrics,
            classes=found.classes | known.classes,
            deprecated=found.deprecated,
            beta=found.beta,
        )

    def _described(self, plugin: PluginType) -> Iterable[tuple[str, Property]]:
        """The properties of a new type; those that it inherits are told about as in other types."""
        for name, prop in plugin.properties.items():
            yield name, prop if prop.about else replace(prop, about=describe(plugin.kind, name))


def _completed(prop: Property, known: PluginType) -> Property:
    """What a schema doesn't tell of a property is taken from what was known of it."""
    before = known.find(prop.name)
    if before is None:
        return prop
    return replace(
        prop,
        accepts_uri=prop.accepts_uri or before.accepts_uri,
        language=prop.language or before.language,
        aliases=tuple(each for each in before.aliases if each not in known.properties),
        hidden=before.hidden,
    )
