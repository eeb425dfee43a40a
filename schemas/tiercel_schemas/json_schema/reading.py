"""Values as Kestra's reader converts them, one object at a time.

Quoted numbers and words of truth become what the property asks for, numbers become text where text is asked
for, an empty value is no value, and an expression in a dynamic property is left for the run to judge.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tiercel_schemas.catalog import ObjectType, Property
from tiercel_schemas.source.nodes import (
    AliasNode,
    MappingNode,
    Node,
    Pair,
    PathStep,
    ScalarNode,
    SequenceNode,
    follow,
)
from tiercel_schemas.source.values import scalar_text, scalar_value

_TRUE = frozenset({"true", "True", "TRUE"})
_FALSE = frozenset({"false", "False", "FALSE"})
_MERGE_DEPTH = 20


class _Nothing:
    """Marks a value that is not there, or that only the run can judge."""


NOTHING = _Nothing()


@dataclass(frozen=True, slots=True)
class Nested:
    """An object inside an object.

    `name`: the outer object's property that it stands in; `is_item`: in a list there. `prop`: what is known of
    it. `dynamic`: it stands in a templated property.
    """

    name: str
    prop: Property
    node: MappingNode
    dynamic: bool
    is_item: bool = False

    @property
    def words(self) -> str:
        """What a message calls it."""
        return f"an item of `{self.prop.name}`" if self.is_item else f"`{self.prop.name}`"


@dataclass(slots=True)
class Reading:
    """An object as its shallow schema checks it.

    `places`: nodes by their path in `instance`. `pairs`: the pair that gives each property. `empty`:
    properties written without a value. `deferred`: those whose value only the run can judge.
    """

    instance: dict[str, Any] = field(default_factory=dict)
    places: dict[tuple[PathStep, ...], Node] = field(default_factory=dict)
    pairs: dict[str, Pair] = field(default_factory=dict)
    empty: dict[str, Pair] = field(default_factory=dict)
    deferred: set[str] = field(default_factory=set)
    nested: list[Nested] = field(default_factory=list)


def is_empty(node: Node | None) -> bool:
    """Whether a value is missing or null."""
    node = follow(node)
    return node is None or (isinstance(node, ScalarNode) and scalar_value(node) is None)


def is_expression(text: str) -> bool:
    """Whether a text holds an expression or a tag."""
    return "{{" in text or "{%" in text


def effective_pairs(node: MappingNode, depth: int = 0) -> Iterator[Pair]:
    """The pairs of a mapping, those that `<<` merges in included; own ones last, as they win."""
    for pair in node.pairs:
        if (
            pair.name == "<<"
            and depth < _MERGE_DEPTH
            and isinstance(pair.value, AliasNode | SequenceNode | MappingNode)
        ):
            value = follow(pair.value)
            sources = value.items if isinstance(value, SequenceNode) else [value]
            for source in sources:
                merged = follow(source)
                if isinstance(merged, MappingNode):
                    yield from effective_pairs(merged, depth + 1)
    yield from (pair for pair in node.pairs if pair.name is not None and not _is_merge(pair))


def _is_merge(pair: Pair) -> bool:
    return pair.name == "<<" and not isinstance(pair.value, ScalarNode)


def read_object(node: MappingNode, fact: ObjectType, *, dynamic: bool) -> Reading:
    """Reads a mapping as an object with these facts; `dynamic`: expressions may stand for any value in it."""
    reading = Reading()
    for pair in effective_pairs(node):
        name = pair.name
        assert name is not None
        reading.pairs[name] = pair
    for name, pair in reading.pairs.items():
        prop = fact.find(name)
        if prop is None:
            reading.instance[name] = None
            continue
        value = follow(pair.value)
        if value is None and isinstance(pair.value, AliasNode):
            # An alias without an anchor is the parser's to report.
            reading.deferred.add(name)
            continue
        if value is None or is_empty(value):
            reading.empty[name] = pair
            continue
        reader = _ValueReader(reading)
        read = reader.value(prop, value, (name,), dynamic=dynamic or prop.dynamic)
        if read is NOTHING:
            reading.deferred.add(name)
        else:
            reading.instance[name] = read
    return reading


class _ValueReader:
    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    def value(self, prop: Property, node: Node, path: tuple[PathStep, ...], *, dynamic: bool) -> Any:
        self._reading.places[path] = node
        if isinstance(node, ScalarNode):
            return self._scalar(prop, node, dynamic=dynamic)
        if isinstance(node, AliasNode):
            return NOTHING
        if prop.alternatives:
            return self._alternative(prop, node, path, dynamic=dynamic)
        if prop.ref is not None or prop.base is not None:
            return self._nested(prop, node, path, dynamic=dynamic)
        if isinstance(node, SequenceNode):
            return self._sequence(prop, node, path, dynamic=dynamic)
        return self._mapping(prop, node, path, dynamic=dynamic)

    def _nested(self, prop: Property, node: Node, path: tuple[PathStep, ...], *, dynamic: bool) -> Any:
        if isinstance(node, MappingNode):
            self._reading.nested.append(Nested(str(path[0]), prop, node, dynamic, isinstance(path[-1], int)))
            return {}
        return []

    def _alternative(
        self, prop: Property, node: SequenceNode | MappingNode, path: tuple[PathStep, ...], *, dynamic: bool
    ) -> Any:
        wanted = "array" if isinstance(node, SequenceNode) else "object"
        fitting = [each for each in prop.alternatives if each.kind == wanted]
        if isinstance(node, MappingNode) and not fitting:
            # The walk chooses among definitions by `type`.
            self._reading.nested.append(Nested(str(path[0]), prop, node, dynamic, isinstance(path[-1], int)))
            return {}
        if len(fitting) == 1:
            return self.value(fitting[0], node, path, dynamic=dynamic)
        return [] if wanted == "array" else {}

    def _sequence(self, prop: Property, node: SequenceNode, path: tuple[PathStep, ...], *, dynamic: bool) -> Any:
        if prop.kind is None:
            return NOTHING
        if prop.kind != "array":
            return []
        if prop.items is None:
            return [None] * len(node.items)
        read: list[Any] = []
        deferred = False
        for item in node.items:
            target = follow(item)
            if target is None or is_empty(target):
                continue
            value = self.value(prop.items, target, (*path, len(read)), dynamic=dynamic)
            if value is NOTHING:
                deferred = True
            else:
                read.append(value)
        return NOTHING if deferred and not read else read

    def _mapping(self, prop: Property, node: MappingNode, path: tuple[PathStep, ...], *, dynamic: bool) -> Any:
        if prop.kind is None:
            return NOTHING
        if prop.kind != "object":
            # Some tasks take a map where others take a list of anything.
            return NOTHING if dynamic and prop.kind == "array" and prop.items is None else {}
        if prop.values is None:
            return {}
        read: dict[str, Any] = {}
        for pair in effective_pairs(node):
            assert pair.name is not None
            target = follow(pair.value)
            if target is None or is_empty(target):
                continue
            value = self.value(prop.values, target, (*path, pair.name), dynamic=dynamic)
            if value is not NOTHING:
                read[pair.name] = value
        return read

    def _scalar(self, prop: Property, node: ScalarNode, *, dynamic: bool) -> Any:
        if dynamic and is_expression(node.value):
            return NOTHING
        if prop.alternatives:
            return self._scalar_alternative(prop, node, dynamic=dynamic)
        return read_scalar(prop, node, dynamic=dynamic)

    def _scalar_alternative(self, prop: Property, node: ScalarNode, *, dynamic: bool) -> Any:
        kinds = {each.kind for each in prop.alternatives}
        value = scalar_value(node)
        if dynamic and kinds == {"array", "object"} and isinstance(value, str) and not _may_be_list(value):
            return value
        if dynamic or "string" in kinds or kinds & {"integer", "number", "boolean"}:
            return NOTHING
        return value


def read_scalar(prop: Property, node: ScalarNode, *, dynamic: bool) -> Any:
    """A scalar as the property's kind; what can't be converted stays as it is, for the schema to refuse."""
    value = scalar_value(node)
    if prop.const is not None:
        return scalar_text(node)
    if prop.ref is not None or prop.base is not None:
        return NOTHING if dynamic else value
    match prop.kind:
        case "string":
            return _text(prop, node, value, dynamic=dynamic)
        case "boolean":
            return _boolean(value)
        case "integer" | "number":
            return _number(prop, value)
        case "array":
            # A text may be JSON, or whatever else the task makes of it.
            return NOTHING if dynamic and isinstance(value, str) else value
        case "object":
            return NOTHING if dynamic and isinstance(value, str) and _may_be_map(value) else value
    return NOTHING


def _may_be_list(text: str) -> bool:
    """Whether a text may be read as a list: JSON, or a file to be fetched."""
    return not text.strip() or text.lstrip().startswith(("[", "{")) or "://" in text


def _may_be_map(text: str) -> bool:
    """Whether a text may be read as a map: JSON, or a file to be fetched."""
    return not text.strip() or text.lstrip().startswith("{") or "://" in text


def _text(prop: Property, node: ScalarNode, value: Any, *, dynamic: bool) -> Any:
    if prop.format is not None and not isinstance(value, str):
        # Numbers are seconds, or milliseconds of a date; but what is rendered comes as text, and then is no duration.
        return scalar_text(node) if dynamic and prop.format == "duration" else NOTHING
    if value == "" and prop.format is not None:
        return NOTHING
    if prop.enum and isinstance(value, int) and not isinstance(value, bool) and 0 <= value < len(prop.enum):
        return NOTHING
    return scalar_text(node)


def _boolean(value: Any) -> Any:
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value != 0
    if isinstance(value, str):
        text = value.strip()
        if text in _TRUE or text in _FALSE:
            return text in _TRUE
        if not text:
            return NOTHING
    return value


def _number(prop: Property, value: Any) -> Any:
    if isinstance(value, str):
        text = value.strip()
        if not text:
            return NOTHING
        try:
            return int(text) if prop.kind == "integer" else float(text)
        except ValueError:
            return value
    if isinstance(value, float) and prop.kind == "integer" and abs(value) < 2**63:
        return int(value)
    return value
