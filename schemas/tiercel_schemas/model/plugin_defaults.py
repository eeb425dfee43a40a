"""1.3's plugin defaults, put into the plain data of a flow before it is read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tiercel_schemas.model.aliases import canonical_type

_KEYS = ("pluginDefaults", "taskDefaults")


@dataclass(frozen=True, slots=True)
class PluginDefault:
    """One entry: the type or prefix of types it is for, and its values."""

    type: str
    values: Mapping[str, Any] = field(default_factory=dict)
    forced: bool = False
    ref: str | None = None

    def matches(self, name: str) -> bool:
        """Whether a type is meant, by its name, its real name or a prefix of it."""
        real = canonical_type(name)
        return name.startswith(self.type) or real.startswith((self.type, canonical_type(self.type)))


def read_plugin_defaults(root: Mapping[str, Any]) -> tuple[PluginDefault, ...]:
    """The entries that a flow declares, under either name; entries of another shape are left out."""
    found: list[PluginDefault] = []
    for key in _KEYS:
        entries = root.get(key)
        if not isinstance(entries, list):
            continue
        for entry in entries:
            if not isinstance(entry, Mapping) or not isinstance(entry.get("type"), str):
                continue
            values = entry.get("values")
            ref = entry.get("ref")
            found.append(
                PluginDefault(
                    type=entry["type"],
                    values=values if isinstance(values, Mapping) else {},
                    forced=entry.get("forced") is True,
                    ref=str(ref) if ref is not None else None,
                )
            )
    return tuple(found)


def apply_plugin_defaults(root: Mapping[str, Any], defaults: Iterable[PluginDefault]) -> dict[str, Any]:
    """The flow with every typed object filled up; raises KeyError with a `pluginDefaultsRef` that nobody declares.

    An author's value wins over an unforced default, whose maps are merged and whose lists come first. Among
    unforced ones the earlier wins, among forced ones the later. An object with `pluginDefaultsRef` takes only
    the entries of that name, any other only the entries without one.
    """
    entries = tuple(defaults)
    return {key: item if key in _KEYS else _fill(item, entries) for key, item in root.items()}


def _fill(value: Any, entries: tuple[PluginDefault, ...]) -> Any:
    if isinstance(value, list):
        return [_fill(item, entries) for item in value]
    if not isinstance(value, Mapping):
        return value
    name = value.get("type")
    if isinstance(name, str):
        value = _with_defaults(value, name, entries)
    return {key: _fill(item, entries) for key, item in value.items()}


def _with_defaults(value: Mapping[str, Any], name: str, entries: tuple[PluginDefault, ...]) -> Mapping[str, Any]:
    wanted = value.get("pluginDefaultsRef")
    if wanted is not None and all(entry.ref != wanted for entry in entries):
        raise KeyError(wanted)
    chosen = [entry for entry in entries if entry.ref == wanted and entry.matches(name)]
    merged: Mapping[str, Any] = value
    for entry in chosen:
        if not entry.forced:
            merged = _merge(entry.values, merged)
    for entry in chosen:
        if entry.forced:
            merged = _merge(merged, entry.values)
    return merged


def _merge(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    result = dict(below)
    for key, item in above.items():
        old = result.get(key)
        if isinstance(old, Mapping) and isinstance(item, Mapping):
            result[key] = _merge(old, item)
        elif isinstance(old, list) and isinstance(item, list):
            result[key] = [*old, *item]
        else:
            result[key] = item
    return result
