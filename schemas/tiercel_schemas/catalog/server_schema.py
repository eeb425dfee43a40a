"""A JSON Schema as a Kestra server serves it: definitions, the plugin types among them, and where they may stand.

A server gives `GET …/plugins/schemas/flow` in draft-07: a `$ref` to the flow, and `definitions` by class name. A
plugin's definition fixes its `type` by a `const`, or by an `enum` where it has old names. Where plugins may stand
their references are listed in an `anyOf`. What a property adds to a shared definition stands in an `allOf`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

Node = Mapping[str, Any]

_LONGEST_CHAIN = 32
_ABSTRACT = frozenset({"io.kestra.core.models.tasks.Task", "io.kestra.core.models.triggers.AbstractTrigger"})
_SUFFIX = re.compile(r"-\d+$")
_ANNOTATIONS = frozenset({"title", "description", "markdownDescription", "default", "examples"})


class SchemaError(Exception):
    """A file or answer that holds no schema of a Kestra server; the message says what it is and what to do."""


@dataclass(frozen=True, slots=True)
class PluginDefinition:
    """The definition of a plugin type: its key in the document, and the old names that are accepted for it."""

    name: str
    key: str
    aliases: tuple[str, ...]
    node: Node


@dataclass(frozen=True, slots=True)
class Site:
    """A place where any of some plugin types may stand: the class and property that it was first seen in."""

    owner: str
    property: str
    names: frozenset[str]


class ServerSchema:
    """Read access to a document. Nothing in it is trusted: what has another shape than it should counts as absent."""

    def __init__(self, document: Node) -> None:
        found = document.get("definitions", document.get("$defs"))
        self.definitions: Node = found if isinstance(found, Mapping) else {}
        self.root = document

    def resolve(self, ref: object) -> tuple[str, Node] | None:
        """The key and node of a definition that a `$ref` names; None for any other reference."""
        if not isinstance(ref, str):
            return None
        prefix, _, key = ref.rpartition("/")
        if prefix not in {"#/definitions", "#/$defs"}:
            return None
        key = key.replace("~1", "/").replace("~0", "~")
        node = self.definitions.get(key)
        return (key, node) if isinstance(node, Mapping) else None

    def merged(self, node: object, depth: int = 0) -> Node:
        """A node with its `allOf` folded in: one reference with annotations stays one, structures become one."""
        if not isinstance(node, Mapping):
            return {}
        parts = node.get("allOf")
        if not isinstance(parts, list) or depth > _LONGEST_CHAIN:
            return node
        own = {key: each for key, each in node.items() if key != "allOf"}
        folded = [own, *(self.merged(part, depth + 1) for part in parts)]
        references = [each for each in folded if "$ref" in each]
        if len(references) == 1 and all(each is references[0] or _only_annotates(each) for each in folded):
            return _united(folded)
        return _united([self._opened(each, depth + 1) for each in folded])

    def _opened(self, node: Node, depth: int) -> Node:
        found = self.resolve(node.get("$ref"))
        rest = {key: each for key, each in node.items() if key != "$ref"}
        return _united([rest, self.merged(found[1], depth)]) if found is not None else rest

    @cached_property
    def plugins(self) -> Mapping[str, PluginDefinition]:
        """Plugin types by name; of several definitions of one type that with the most properties counts."""
        found: dict[str, PluginDefinition] = {}
        for key in self.definitions:
            each = self._plugin(key)
            if each is not None and (
                each.name not in found or len(properties_of(found[each.name].node)) < len(properties_of(each.node))
            ):
                found[each.name] = each
        return found

    def _plugin(self, key: str) -> PluginDefinition | None:
        node = self.merged(self.definitions[key])
        names = type_names(node)
        if not names:
            return None
        own = class_name(key)
        name = own if own in names else names[0]
        return PluginDefinition(name, key, tuple(each for each in names if each != name), node)

    @cached_property
    def _names_by_key(self) -> Mapping[str, str]:
        names = ((key, type_names(self.merged(self.definitions[key]))) for key in self.definitions)
        return {key: class_name(key) if class_name(key) in each else each[0] for key, each in names if each}

    def plugin_name(self, branch: object) -> str | None:
        """The plugin type that a branch of an `anyOf` stands for, by reference or by its own `type`."""
        node = self.merged(branch)
        found = self.resolve(node.get("$ref"))
        if found is not None:
            return self._names_by_key.get(found[0])
        names = type_names(node)
        return names[0] if names else None

    @cached_property
    def sites(self) -> tuple[Site, ...]:
        """Where plugins may stand, each set of types once."""
        found: dict[frozenset[str], Site] = {}
        for owner, name, branches in self._choices():
            names = frozenset(each for branch in branches if (each := self.plugin_name(branch)) is not None)
            if names:
                found.setdefault(names, Site(class_name(owner), name, names))
        return tuple(found.values())

    def _choices(self) -> Iterator[tuple[str, str, list[object]]]:
        waiting: list[tuple[str, str, object]] = [(key, "", node) for key, node in self.definitions.items()]
        while waiting:
            owner, name, node = waiting.pop()
            if isinstance(node, list):
                waiting.extend((owner, name, each) for each in node)
            if not isinstance(node, Mapping):
                continue
            for key, below in node.items():
                if key in {"anyOf", "oneOf"} and isinstance(below, list):
                    yield owner, name, below
                if key == "properties" and isinstance(below, Mapping):
                    waiting.extend((owner, each, deeper) for each, deeper in below.items())
                elif key not in _ANNOTATIONS:
                    waiting.append((owner, name, below))


def properties_of(node: Node) -> Mapping[str, Any]:
    """The properties of an object's node."""
    found = node.get("properties")
    return found if isinstance(found, Mapping) else {}


def type_names(node: Node) -> tuple[str, ...]:
    """The names by which `type` chooses a plugin, the class itself first; none where no plugin is chosen."""
    choice = properties_of(node).get("type")
    if not isinstance(choice, Mapping):
        return ()
    listed = choice.get("enum")
    stated: list[object] = listed if isinstance(listed, list) else [choice.get("const")]
    names = tuple(each for each in stated if isinstance(each, str) and "." in each and each not in _ABSTRACT)
    return names if len(names) == len(stated) else ()


def class_name(key: str) -> str:
    """The class behind the key of a definition: a number at its end only tells two forms of it apart."""
    return _SUFFIX.sub("", key)


def _only_annotates(node: Node) -> bool:
    return all(key in _ANNOTATIONS or key.startswith("$") for key in node)


def _united(nodes: list[Node]) -> Node:
    made: dict[str, Any] = {}
    for node in nodes:
        for key, each in node.items():
            if key == "properties" and isinstance(each, Mapping):
                made[key] = {**made.get(key, {}), **each}
            elif key == "required" and isinstance(each, list):
                made[key] = [*made.get(key, []), *each]
            else:
                made.setdefault(key, each)
    return made
