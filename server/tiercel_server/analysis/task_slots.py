"""Where a task holds other tasks: known from the catalog by its type, else read off the text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from tiercel_schemas.catalog import Catalog, PluginType, Property, load_catalog
from tiercel_schemas.source.nodes import MappingNode, Node, Path, SequenceNode, follow
from tiercel_schemas.versions import KestraVersion
from tiercel_server.analysis.mappings import effective_pairs, find_value

_TASK = "io.kestra.core.models.tasks.Task"
_LISTS = ("tasks", "then", "else", "defaults", "errors", "finally")
Form = Literal["list", "dag", "cases", "single"]


@dataclass(frozen=True, slots=True)
class HeldTask:
    """A task inside another: the slot's name, its place in the slot, and for a Dag the node that wraps it."""

    slot: str
    index: int
    path: Path
    node: MappingNode
    wrapper: MappingNode | None = None


def held_tasks(node: MappingNode, path: Path, type_name: str, catalog: Catalog) -> Iterator[HeldTask]:
    """The tasks right inside a task, in the order of the text."""
    plugin = _plugin(type_name, catalog)
    for pair in effective_pairs(node):
        name, value = pair.name, follow(pair.value)
        if name is None or value is None:
            continue
        form = _form(plugin.find(name)) if plugin is not None else _guess(name, value)
        if form is not None:
            yield from _held(form, name, value, (*path, name))


def listed_tasks(value: Node | None, path: Path) -> Iterator[tuple[int, Path, MappingNode]]:
    """The tasks of a list."""
    value = follow(value)
    if isinstance(value, SequenceNode):
        for index, item in enumerate(value.items):
            node = follow(item)
            if isinstance(node, MappingNode):
                yield index, (*path, index), node


def _plugin(type_name: str, catalog: Catalog) -> PluginType | None:
    found = catalog.plugin(type_name) if type_name else None
    if found is None and type_name.startswith("io.kestra."):
        others = (load_catalog(version).plugin(type_name) for version in KestraVersion if version != catalog.version)
        found = next((each for each in others if each is not None), None)
    return found


def _form(prop: Property | None) -> Form | None:
    if prop is None:
        return None
    if prop.base == _TASK:
        return "single"
    if prop.items is not None and prop.items.base == _TASK:
        return "list"
    if prop.values is not None and prop.values.items is not None and prop.values.items.base == _TASK:
        return "cases"
    if prop.items is not None and prop.items.ref is not None and prop.items.ref.endswith("DagTask"):
        return "dag"
    return None


def _guess(name: str, value: Node) -> Form | None:
    """The form of a slot of a task whose type is unknown or not written yet."""
    if name in _LISTS and isinstance(value, SequenceNode):
        nodes = [follow(item) for item in value.items]
        mappings = [node for node in nodes if isinstance(node, MappingNode)]
        if any(find_value(node, "task") is not None for node in mappings):
            return "dag"
        return "list" if any(_is_task_like(node) for node in mappings) else None
    if name == "cases" and isinstance(value, MappingNode):
        return "cases"
    if name in {"onPause", "task"} and isinstance(value, MappingNode) and _is_task_like(value):
        return "single"
    return None


def _is_task_like(node: MappingNode) -> bool:
    return find_value(node, "type") is not None or find_value(node, "id") is not None


def _held(form: Form, name: str, value: Node, path: Path) -> Iterator[HeldTask]:
    if form == "single":
        if isinstance(value, MappingNode):
            yield HeldTask(name, 0, path, value)
    elif form == "cases":
        if isinstance(value, MappingNode):
            for pair in effective_pairs(value):
                if pair.name is not None:
                    for index, where, node in listed_tasks(pair.value, (*path, pair.name)):
                        yield HeldTask(f"{name}.{pair.name}", index, where, node)
    else:
        for index, where, node in listed_tasks(value, path):
            inner = find_value(node, "task") if form == "dag" else None
            if isinstance(inner, MappingNode):
                yield HeldTask(name, index, (*where, "task"), inner, node)
            elif form == "list" or find_value(node, "type") is not None:
                yield HeldTask(name, index, where, node)
