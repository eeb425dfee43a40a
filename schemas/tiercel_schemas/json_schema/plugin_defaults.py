"""The values that a flow gives to all tasks of a type (`pluginDefaults`, 1.3): they may meet a required
property."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from tiercel_schemas.catalog import Catalog
from tiercel_schemas.json_schema.reading import is_empty
from tiercel_schemas.source.nodes import MappingNode, ScalarNode, SequenceNode, follow

KEYS = ("pluginDefaults", "taskDefaults")


@dataclass(frozen=True, slots=True)
class PluginDefault:
    """One entry: the type or beginning of types that it is for, and its values."""

    named: ScalarNode
    values: MappingNode

    @property
    def type(self) -> str:
        """What the names of the types begin with."""
        return self.named.value

    def is_for(self, names: set[str]) -> bool:
        """Whether it holds for a type, given by all its names."""
        return any(name.startswith(self.type) for name in names)

    @property
    def properties(self) -> set[str]:
        """Names of the properties that it gives a value."""
        return {pair.name for pair in self.values.pairs if pair.name is not None and not is_empty(pair.value)}


class PluginDefaults:
    """All entries of a flow, and what others supply: names of properties by type or beginning of types."""

    def __init__(
        self, root: MappingNode, catalog: Catalog, lent: Mapping[str, Collection[str]] = MappingProxyType({})
    ) -> None:
        self._catalog = catalog
        self._lent = lent
        self.entries = tuple(_entries(root))

    def supplied(self, written: str) -> set[str]:
        """Properties that entries give to objects of a type, which is named as the flow writes it."""
        if not self.entries and not self._lent:
            return set()
        canonical = self._catalog.canonical(written)
        names = {written, canonical}
        names.update(old for old, new in self._catalog.aliases.items() if new == canonical)
        supplied = {name for entry in self.entries if entry.is_for(names) for name in entry.properties}
        for beginning, properties in self._lent.items():
            if any(name.startswith(beginning) for name in names):
                supplied.update(properties)
        return supplied


def _entries(root: MappingNode) -> Iterator[PluginDefault]:
    for key in KEYS:
        entries = root.get(key)
        for item in entries.items if isinstance(entries, SequenceNode) else ():
            entry = follow(item)
            if not isinstance(entry, MappingNode):
                continue
            kind, values = entry.get("type"), entry.get("values")
            if isinstance(kind, ScalarNode) and kind.value and isinstance(values, MappingNode):
                yield PluginDefault(kind, values)
