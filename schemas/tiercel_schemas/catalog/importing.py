"""Takes in the schema of a Kestra server: what it says of plugin types, as far as the packaged catalog doesn't.

    found = import_flow_schema(document, load_catalog(version))
    found.new, found.revised, found.extended, found.unchanged        # names of types
    write_overlay(path, found, version)                      # see `overlay_file`

What counts where both know a type:

- Facts that are Kestra's own (core, scripts) stay, as they were held against records of real runs, which tell more
  than a schema does. Properties that only the server has are added: it may be newer.
- Facts read from a plugin's sources give way to the server's: it has the release that is in use. What a schema
  doesn't say (outputs, metrics, abilities) stays.
- A type that the server lacks stays known: servers install plugins when a flow needs them.
- The flow itself, inputs and other parts of core stay as they are packaged.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tiercel_schemas.catalog.catalog import Catalog
from tiercel_schemas.catalog.facts import PluginType
from tiercel_schemas.catalog.server_properties import PropertyConverter, Raw
from tiercel_schemas.catalog.server_schema import Node, PluginDefinition, SchemaError, ServerSchema, properties_of
from tiercel_schemas.catalog.server_types import ReadSchema, TypeReader, read_flow_schema

_TOO_DEEP = "it is nested too deeply"


@dataclass(frozen=True, slots=True)
class ImportedSchema:
    """What an overlay holds, in the short keys of the packaged data, and the names of types by what came of them."""

    types: Mapping[str, Raw]
    definitions: Mapping[str, Raw]
    bases: Mapping[str, tuple[str, ...]]
    new: tuple[str, ...] = ()
    revised: tuple[str, ...] = ()
    extended: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()


def import_flow_schema(document: Any, catalog: Catalog) -> ImportedSchema:
    """What a server's schema of flows says beyond a packaged catalog.

    Raises:
        SchemaError: if the document is no schema of a server.
    """
    try:
        return _compared(read_flow_schema(document, catalog), catalog)
    except RecursionError:
        raise SchemaError(_TOO_DEEP) from None


def import_plugin_schema(
    document: Any, catalog: Catalog, name: str | None = None, kind: str = "task"
) -> ImportedSchema:
    """What a server's documentation of one plugin type (`GET …/plugins/NAME`) says beyond a packaged catalog.

    `name` and `kind` are for a type that the document doesn't name and the catalog doesn't know.

    Raises:
        SchemaError: if the document is none of a plugin, or its name is not known.
    """
    try:
        return _compared(_read_plugin_schema(document, catalog, name, kind), catalog)
    except RecursionError:
        raise SchemaError(_TOO_DEEP) from None


def _read_plugin_schema(document: Any, catalog: Catalog, name: str | None, kind: str) -> ReadSchema:
    parts = document.get("schema", document) if isinstance(document, Mapping) else None
    node = parts.get("properties") if isinstance(parts, Mapping) else None
    if not isinstance(node, Mapping) or not isinstance(node.get("properties"), Mapping):
        raise SchemaError("it holds no `schema` with `properties` of a plugin")
    assert isinstance(parts, Mapping)
    definitions = parts.get("definitions") or parts.get("$defs") or node.get("$defs") or {}
    schema = ServerSchema({"definitions": definitions})
    stated = properties_of(node).get("type")
    found = name or (stated.get("const") if isinstance(stated, Mapping) else None)
    if not isinstance(found, str) or "." not in found:
        raise SchemaError("it does not say which type it is about; give the type's full name")
    reader = TypeReader(schema, catalog)
    plugin = PluginDefinition(found, found, (), node)
    read = ReadSchema(bases=reader.bases)
    read.types[found] = reader.type(plugin, catalog.kind(found) or kind)
    if outputs := _outputs(parts, schema, reader.converter, found):
        read.types[found]["out"] = outputs
    read.definitions = reader.converter.finish()
    return read


def plugin_outputs(document: Any, name: str, catalog: Catalog) -> tuple[Mapping[str, Raw], Mapping[str, Raw]]:
    """The outputs in a server's documentation of a plugin type, and the definitions that they refer to."""
    parts = document.get("schema", document) if isinstance(document, Mapping) else {}
    if not isinstance(parts, Mapping):
        return {}, {}
    schema = ServerSchema({"definitions": parts.get("definitions") or {}})
    reader = TypeReader(schema, catalog)
    return _outputs(parts, schema, reader.converter, name), reader.converter.finish()


def _outputs(parts: Node, schema: ServerSchema, converter: PropertyConverter, name: str) -> Mapping[str, Raw]:
    outputs = parts.get("outputs")
    if not isinstance(outputs, Mapping) or not isinstance(outputs.get("properties"), Mapping):
        return {}
    more = outputs.get("$defs")
    if isinstance(more, Mapping):
        schema.definitions = {**more, **schema.definitions}
    found: Mapping[str, Raw] = _without_words({"props": converter.properties(outputs, f"{name}-Output")})["props"]
    return found


def _compared(read: ReadSchema, catalog: Catalog) -> ImportedSchema:
    kept: dict[str, Raw] = {}
    found: dict[str, list[str]] = {"new": [], "revised": [], "extended": [], "unchanged": []}
    for name, raw in sorted(read.types.items()):
        known = catalog.plugin(name)
        if known is None:
            kept[name] = raw
            found["new"].append(name)
        elif name in read.stubs:
            found["unchanged"].append(name)
        elif not known.exact:
            kept[name] = _without_words(raw)
            found["revised"].append(name)
        elif more := _additions(raw, known):
            kept[name] = _without_words({"kind": raw["kind"], "adds": True, "props": more})
            found["extended"].append(name)
        else:
            found["unchanged"].append(name)
    used = _reachable(kept.values(), read.definitions)
    of_new = _reachable((kept[name] for name in found["new"]), read.definitions)
    used = {name: each if name in of_new else _without_words(each) for name, each in used.items()}
    bases = {
        base: tuple(each for each in names if each in kept or each in catalog) for base, names in read.bases.items()
    }
    return ImportedSchema(kept, used, bases, **{key: tuple(names) for key, names in found.items()})


def _additions(raw: Raw, known: PluginType) -> dict[str, Raw]:
    if known.open:
        return {}
    return {key: {**prop, "req": False} for key, prop in raw["props"].items() if known.find(key) is None}


def _without_words(node: Any, *, of_names: bool = False) -> Any:
    """Facts without lines of documentation: for what is known we have our own. `of_names`: keys are names."""
    if isinstance(node, list):
        return [_without_words(each) for each in node]
    if not isinstance(node, Mapping):
        return node
    return {
        key: each
        if key in {"def", "const"} and not of_names
        else _without_words(each, of_names=key in {"props", "out"} and not of_names)
        for key, each in node.items()
        if of_names or key != "about"
    }


def _reachable(types: Iterable[Raw], definitions: Mapping[str, Raw]) -> dict[str, Raw]:
    used: dict[str, Raw] = {}
    waiting: list[Any] = list(types)
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting.extend(node)
        elif isinstance(node, Mapping):
            ref = node.get("ref")
            if isinstance(ref, str) and ref in definitions and ref not in used:
                used[ref] = definitions[ref]
                waiting.append(definitions[ref])
            waiting.extend(each for each in node.values() if isinstance(each, (Mapping, list)))
    return dict(sorted(used.items()))
