"""Types of what expressions name. Unknown is `ANY`, which has every member and fits everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from tiercel_schemas.catalog import Catalog, PluginType, Property
from tiercel_schemas.source.nodes import MappingNode, Node, ScalarNode, SequenceNode, follow
from tiercel_schemas.source.values import scalar_value
from tiercel_server.analysis.mappings import effective_pairs

ScalarKind = Literal["string", "integer", "number", "boolean", "null", "date"]
_MAX_DEPTH = 8


@dataclass(frozen=True, slots=True)
class AnyShape:
    """Anything."""


@dataclass(frozen=True, slots=True)
class ScalarShape:
    """One value. A date is an instant, date, time or duration."""

    kind: ScalarKind


@dataclass(frozen=True, slots=True)
class ListShape:
    """A list whose items are alike."""

    item: Shape = field(default_factory=AnyShape)


@dataclass(frozen=True, slots=True)
class MapShape:
    """A map. `open`: more keys than the known ones may be there, of shape `other`.

    `notes` tells what a key is, in a word or a line, for whoever shows it.
    """

    keys: Mapping[str, Shape] = field(default_factory=lambda: MappingProxyType({}))
    open: bool = False
    other: Shape = field(default_factory=AnyShape)
    notes: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


Shape = AnyShape | ScalarShape | ListShape | MapShape

ANY = AnyShape()
STRING = ScalarShape("string")
INTEGER = ScalarShape("integer")
NUMBER = ScalarShape("number")
BOOLEAN = ScalarShape("boolean")
NULL = ScalarShape("null")
DATE = ScalarShape("date")
ANY_LIST = ListShape(ANY)
ANY_MAP = MapShape(open=True)

_INPUT_SHAPES: Mapping[str, Shape] = {
    "STRING": STRING,
    "SECRET": STRING,
    "EMAIL": STRING,
    "SELECT": STRING,
    "ENUM": STRING,
    "URI": STRING,
    "FILE": STRING,
    "INT": INTEGER,
    "FLOAT": NUMBER,
    "BOOL": BOOLEAN,
    "BOOLEAN": BOOLEAN,
    "DATETIME": DATE,
    "DATE": DATE,
    "TIME": DATE,
    "DURATION": DATE,
}


def input_shape(type_name: str, item_type: str | None = None) -> Shape:
    """What the value of an input of a type is like."""
    if type_name in {"ARRAY", "MULTISELECT"}:
        default = STRING if type_name == "MULTISELECT" else ANY
        return ListShape(_INPUT_SHAPES.get(item_type, ANY) if item_type else default)
    return _INPUT_SHAPES.get(type_name, ANY)


def property_shape(prop: Property, catalog: Catalog, depth: int = 0) -> Shape:
    """What a declared output is like; anything where the catalog isn't exact."""
    if depth > _MAX_DEPTH:
        return ANY
    if prop.kind == "string":
        return STRING
    if prop.kind == "integer":
        return INTEGER
    if prop.kind == "number":
        return NUMBER
    if prop.kind == "boolean":
        return BOOLEAN
    if prop.kind == "array":
        return ListShape(property_shape(prop.items, catalog, depth + 1) if prop.items is not None else ANY)
    if prop.kind == "object":
        return MapShape(open=True, other=property_shape(prop.values, catalog, depth + 1) if prop.values else ANY)
    if prop.ref is not None and (definition := catalog.definition(prop.ref)) is not None:
        keys = {name: property_shape(each, catalog, depth + 1) for name, each in definition.properties.items()}
        return MapShape(MappingProxyType(keys), open=definition.open or not keys or bool(definition.alternatives))
    return ANY


def outputs_shape(plugin: PluginType | None, catalog: Catalog) -> Shape:
    """What `outputs.ID` of a task, or `trigger` of a trigger, is like by its type."""
    if plugin is None or (not plugin.outputs and (plugin.open or plugin.enterprise)):
        return ANY
    keys = {name: property_shape(each, catalog) for name, each in plugin.outputs.items()}
    return MapShape(MappingProxyType(keys), open=plugin.open or not keys)


def literal_shape(node: Node | None, depth: int = 0) -> Shape:
    """What a value written in the flow is like; a text that holds an expression may become anything."""
    node = follow(node)
    if isinstance(node, ScalarNode):
        return _scalar_shape(node)
    if depth > _MAX_DEPTH or node is None:
        return ANY
    if isinstance(node, SequenceNode):
        shapes = {literal_shape(item, depth + 1) for item in node.items} if len(node.items) <= 1 else set()
        return ListShape(shapes.pop() if len(shapes) == 1 else ANY)
    if isinstance(node, MappingNode):
        keys: dict[str, Shape] = {}
        for pair in effective_pairs(node):
            if pair.name is not None and pair.name not in keys:
                keys[pair.name] = literal_shape(pair.value, depth + 1)
        return MapShape(MappingProxyType(keys), open=any("{{" in name for name in keys))
    return ANY


def _scalar_shape(node: ScalarNode) -> Shape:
    value = scalar_value(node)
    if value is None:
        return NULL
    if isinstance(value, bool):
        return BOOLEAN
    if isinstance(value, int):
        return INTEGER
    if isinstance(value, float):
        return NUMBER
    return ANY if "{{" in value or "{%" in value else STRING


def member(shape: Shape, step: str | int) -> Shape | None:
    """What a step leads to; None where it certainly leads nowhere."""
    if isinstance(shape, MapShape):
        found = shape.keys.get(str(step))
        return found if found is not None else (shape.other if shape.open else None)
    if isinstance(shape, ListShape):
        return shape.item if isinstance(step, int) or step.isdigit() else None
    if isinstance(shape, ScalarShape):
        # A date has getters; a null may be replaced at run time.
        return ANY if shape.kind in {"date", "null"} else None
    return ANY


# What Java's texts, numbers and truth values answer to without arguments: these work in expressions too.
# fmt: off
_GETTERS = frozenset({
    "length", "empty", "isEmpty", "blank", "isBlank", "toUpperCase",
    "toLowerCase", "trim", "strip", "stripLeading", "stripTrailing", "stripIndent",
    "toString", "hashCode", "bytes", "getBytes", "chars", "codePoints",
    "lines", "intern", "translateEscapes", "toCharArray", "describeConstable", "class",
    "getClass", "intValue", "longValue", "doubleValue", "floatValue", "byteValue",
    "shortValue", "booleanValue", "naN", "isNaN", "infinite", "isInfinite",
})
# fmt: on


def certainly_lacks(shape: ScalarShape, step: str | int) -> bool:
    """Whether one value has nothing by this name: it is no map, and no getter of Java's is called so."""
    return shape.kind not in {"date", "null"} and step not in _GETTERS


def merged(first: Shape, second: Shape) -> Shape:
    """What is one or the other: maps share their keys, other differences make it anything."""
    if first == second:
        return first
    if isinstance(first, MapShape) and isinstance(second, MapShape):
        keys = {name: ANY if name in first.keys and name in second.keys else shape
                for name, shape in {**first.keys, **second.keys}.items()}  # fmt: skip
        for name in first.keys.keys() & second.keys.keys():
            keys[name] = merged(first.keys[name], second.keys[name])
        return MapShape(MappingProxyType(keys), open=first.open or second.open)
    return ANY


def describe_shape(shape: Shape) -> str:
    """A shape in a few words: `string`, `list of integer`, `map`."""
    match shape:
        case ScalarShape(kind=kind):
            return kind
        case ListShape(item=item):
            return "list" if isinstance(item, AnyShape) else f"list of {describe_shape(item)}"
        case MapShape():
            return "map"
    return "any"
