"""Every scalar of a flow with what is known of its place: the property it is the value of, its owner, its rendering.

The tree is walked in step with the catalog. Aliases are not followed: a text is looked at once, where it stands.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from tiercel_schemas.catalog import Catalog, ObjectType, Property, load_catalog
from tiercel_schemas.source.nodes import MappingNode, Node, Path, ScalarNode, SequenceNode
from tiercel_schemas.versions import KestraVersion
from tiercel_server.analysis.mappings import find_text
from tiercel_server.analysis.outline import FlowOutline
from tiercel_server.analysis.symbols import (
    InputSymbol,
    LabelSymbol,
    OutputSymbol,
    TaskSymbol,
    TriggerSymbol,
    VariableSymbol,
)

Rendering = Literal["rendered", "literal", "unknown"]
"""Whether Kestra evaluates expressions in a value; unknown where nothing is known of the property."""

Owner = TaskSymbol | TriggerSymbol | InputSymbol | OutputSymbol | LabelSymbol | VariableSymbol | None

_LITERAL_KEYS = frozenset({"id", "type", "description", "displayName", "version"})
_ALWAYS_LITERAL = frozenset({"id", "namespace", "description", "revision", "tenantId", "disabled", "draft", "labels"})
_RENDERED_AT_RUN_TIME = frozenset({"runIf", "when", "condition", "expression", "assert"})


@dataclass(frozen=True, slots=True)
class TypedValue:
    """A scalar of a flow. `property` is None where the catalog knows none; `is_key` when it is a mapping's key.

    `host` is the innermost typed object around it (a task, a trigger, a task runner, …) by the name of its type.
    `name` is the nearest key above it.
    """

    path: Path
    node: ScalarNode
    owner: Owner
    property: Property | None
    rendering: Rendering
    host: str
    name: str
    is_key: bool = False


@dataclass(frozen=True, slots=True)
class _Place:
    owner: Owner
    host: str
    prop: Property | None
    rendering: Rendering


class TypedWalk:
    """One walk over a flow's tree."""

    def __init__(self, root: MappingNode, outline: FlowOutline, catalog: Catalog) -> None:
        self._root = root
        self._catalog = catalog
        self._owners: dict[Path, Owner] = {}
        self._owners.update((each.path, each) for each in outline.tasks)
        self._owners.update((each.path, each) for each in outline.triggers)
        self._owners.update((each.path, each) for each in outline.inputs)
        self._owners.update((each.path, each) for each in outline.outputs)

    def values(self) -> Iterator[TypedValue]:
        """All scalars, keys that hold an expression included, in the order of the text."""
        for pair in self._root.pairs:
            name = pair.name
            if name is None or pair.value is None:
                continue
            prop = self._catalog.flow().find(name)
            rendering: Rendering = "unknown"
            if name in _ALWAYS_LITERAL:
                rendering = "literal"
            elif name not in {"variables", "pluginDefaults", "taskDefaults"} and prop is not None:
                rendering = _rendering(prop, "unknown")
            yield from self._visit(pair.value, (name,), _Place(None, "flow", prop, rendering), name)

    def _visit(self, node: Node, path: Path, place: _Place, name: str) -> Iterator[TypedValue]:
        stack = [(node, path, place, name)]
        while stack:
            node, path, place, name = stack.pop()
            if isinstance(node, ScalarNode):
                yield TypedValue(path, node, place.owner, place.prop, place.rendering, place.host, name)
            elif isinstance(node, SequenceNode):
                item = self._item_place(place)
                below = [(each, (*path, index), item, name) for index, each in enumerate(node.items)]
                stack.extend(reversed(below))
            elif isinstance(node, MappingNode):
                yield from self._keys(node, path, place)
                stack.extend(reversed(list(self._below(node, path, place))))

    def _keys(self, node: MappingNode, path: Path, place: _Place) -> Iterator[TypedValue]:
        for pair in node.pairs:
            if isinstance(pair.key, ScalarNode) and "{" in pair.key.value:
                yield TypedValue(
                    (*path, pair.key.value), pair.key, place.owner, None, place.rendering, place.host, "", is_key=True
                )

    def _below(self, node: MappingNode, path: Path, place: _Place) -> Iterator[tuple[Node, Path, _Place, str]]:
        own = self._owners.get(path)
        owner = own if own is not None else place.owner
        facts, type_name = self._facts(node, place.prop, own)
        host = type_name or place.host
        inherited: Rendering = "unknown" if own is not None else place.rendering
        is_typed = own is not None or bool(type_name)
        for pair in node.pairs:
            name = pair.name
            if name is None or pair.value is None:
                continue
            if facts is not None:
                prop = facts.find(name)
                rendering = _rendering(prop, "rendered" if inherited == "rendered" else "unknown")
            else:
                prop = place.prop.values if place.prop is not None and own is None else None
                rendering = _rendering(prop, inherited)
            if is_typed and name in _LITERAL_KEYS and rendering != "rendered":
                rendering = "literal"
            elif name in _RENDERED_AT_RUN_TIME or (name == "value" and isinstance(own, OutputSymbol)):
                rendering = "rendered"
            yield pair.value, (*path, name), _Place(owner, host, prop, rendering), name

    def _facts(self, node: MappingNode, prop: Property | None, own: Owner) -> tuple[ObjectType | None, str]:
        """What is known of a mapping as an object, and the name of its type; None where it is a plain map."""
        type_name, catalog = find_text(node, "type") or "", self._catalog
        if isinstance(own, InputSymbol):
            return catalog.variants("Input").get(type_name), ""
        if isinstance(own, TaskSymbol | TriggerSymbol):
            return _plugin(type_name, catalog), type_name
        if prop is None:
            return (_plugin(type_name, catalog), type_name) if type_name.startswith("io.kestra.") else (None, "")
        if prop.alternatives:
            return catalog.discriminated(prop.alternatives).get(type_name), ""
        if prop.ref is not None:
            return catalog.definition(prop.ref), ""
        return (_plugin(type_name, catalog), type_name) if prop.base is not None and type_name else (None, "")

    def _item_place(self, place: _Place) -> _Place:
        items = place.prop.items if place.prop is not None else None
        if items is None and place.prop is not None and place.prop.alternatives:
            # A list or a map may stand here: the list's items are meant.
            items = next((each.items for each in place.prop.alternatives if each.items is not None), None)
        return _Place(place.owner, place.host, items, _rendering(items, place.rendering))


def _plugin(name: str, catalog: Catalog) -> ObjectType | None:
    found = catalog.plugin(name)
    if found is not None:
        return found
    return next((each for version in KestraVersion if (each := load_catalog(version).plugin(name)) is not None), None)


def _rendering(prop: Property | None, inherited: Rendering) -> Rendering:
    if inherited == "rendered":
        return "rendered"
    if prop is None:
        return inherited
    if prop.dynamic:
        return "rendered"
    if prop.kind in {"string", "integer", "number", "boolean"}:
        return "literal"
    return "unknown"
