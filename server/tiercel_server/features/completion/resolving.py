"""Documentation of one offer, looked up when an editor asks for it."""

from __future__ import annotations

from collections.abc import Sequence

from tiercel_schemas.catalog import Catalog, ObjectType, Property, describe, load_catalog
from tiercel_schemas.expressions import signatures
from tiercel_schemas.versions import KestraVersion
from tiercel_server.features.documentation import plugin_doc, property_doc, signature_doc


def documentation(about: Sequence[str], version: KestraVersion, catalog: Catalog | None = None) -> str | None:
    """The Markdown for an item's `about`; None where there is nothing to tell or it is not ours.

    `catalog` is that of the item's document, by default the packaged one of the version.
    """
    catalog = catalog if catalog is not None else load_catalog(version)
    match tuple(about):
        case ("type", name):
            plugin = catalog.plugin(name)
            return plugin_doc(plugin, catalog) if plugin is not None else None
        case ("property", owner, name, *home):
            prop = _property(home, name, catalog)
            return property_doc(owner, prop) if prop is not None else describe(owner, name)
        case ("input-type", name):
            return describe("input-type", name)
        case (("function" | "filter" | "test" | "tag" | "operator") as kind, name):
            signature = getattr(signatures(version), f"{kind}s").get(name)
            return signature_doc(signature) if signature is not None else None
    return None


def _property(home: Sequence[str], name: str, catalog: Catalog) -> Property | None:
    facts: ObjectType | None = None
    match tuple(home):
        case ("flow",):
            facts = catalog.flow()
        case ("plugin", plugin):
            facts = catalog.plugin(plugin)
        case ("object", ref):
            facts = catalog.definition(ref) or catalog.definition(f"{catalog.version.value}/core#{ref}")
    return facts.find(name) if facts is not None else None
