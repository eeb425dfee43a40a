"""What took the place of types and properties that a later version no longer has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class PropertyReplacement:
    """`use`: the property to write now, its value as it is; `advice`: what to do where that is not enough."""

    use: str | None = None
    advice: str | None = None


@cache
def _table() -> Mapping[str, Any]:
    import tomllib

    return tomllib.loads(Path(__file__).with_name("replacements.toml").read_text(encoding="utf-8"))


def replacement_of(name: str) -> str | None:
    """The type that took the place of an old one."""
    found: str | None = _table()["types"].get(name)
    return found


def is_mere_rename(name: str) -> bool:
    """Whether the type that took the place of an old one has the same properties."""
    return name in _table()["same-types"]["names"]


def value_replacement(value: str) -> str | None:
    """The word that took the place of one in an enumeration."""
    found: str | None = _table()["values"].get(value)
    return found


def type_advice(name: str) -> str | None:
    """What to do about a type that is gone, in half a sentence; a package's advice holds for its types."""
    advice: Mapping[str, str] = _table()["type-advice"]
    return advice.get(name) or advice.get(name.rpartition(".")[0])


def property_replacement(owners: Iterable[str], name: str) -> PropertyReplacement | None:
    """What took the place of a property; `owners` are looked through in order (see replacements.toml)."""
    tables: Mapping[str, Mapping[str, Mapping[str, str]]] = _table()["properties"]
    for owner in owners:
        found = tables.get(owner, {}).get(name)
        if found is not None:
            return PropertyReplacement(found.get("use"), found.get("advice"))
    return None
