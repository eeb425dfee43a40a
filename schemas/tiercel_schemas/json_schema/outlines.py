"""What can be checked of an object whose type is unknown: what all of its kind have, and the tasks inside."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from types import MappingProxyType

from tiercel_schemas.catalog import Catalog, ObjectType, Property, load_catalog
from tiercel_schemas.json_schema.type_faults import EXACT_PACKAGES, KINDS, likely_types


@lru_cache(maxsize=256)
def outline_of(catalog: Catalog, name: str, base: str) -> ObjectType:
    """An open object with what the base class has.

    Lists of tasks are those of the type in another version, or of the type that was probably meant.
    """
    fact = catalog.base(base)
    model = next(
        (found for each in catalog.other_versions_of(name) if (found := load_catalog(each).plugin(name))), None
    )
    if model is None and name.startswith(EXACT_PACKAGES):
        slips, _ = likely_types(catalog, name, KINDS.get(base))
        model = catalog.plugin(slips[0]) if slips else None
    if model is None:
        return fact
    inside = {key: replace(prop, required=False) for key, prop in model.properties.items() if _holds(prop, base)}
    return replace(fact, properties=MappingProxyType({**inside, **fact.properties}))


def _holds(prop: Property | None, base: str) -> bool:
    return prop is not None and (prop.base == base or _holds(prop.items, base) or _holds(prop.values, base))
