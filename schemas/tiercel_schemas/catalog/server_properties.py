"""Properties of a server's schema in the catalog's own short keys (see `facts`)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from tiercel_schemas.catalog.server_schema import Node, ServerSchema, class_name, properties_of

Raw = dict[str, Any]

_FORMATS = frozenset({"duration", "date-time", "date", "partial-time", "time", "uri", "uuid"})
_FLAGS = {
    "$dynamic": "dyn",
    "$deprecated": "dep",
    "$beta": "beta",
    "$secret": "secret",
    "$internalStorageURI": "uri",
}
_WORDS = {"$language": "lang", "$group": "group"}
_NOTES = (*_FLAGS.values(), *_WORDS.values(), "def", "about")
_BOUNDS = {
    "number": {"minimum": "min", "maximum": "max", "exclusiveMinimum": "xmin", "exclusiveMaximum": "xmax"},
    "string": {"minLength": "minLen", "maxLength": "maxLen"},
    "array": {"minItems": "minItems", "maxItems": "maxItems"},
}
_BOUNDS["integer"] = _BOUNDS["number"]
_COUNTS = frozenset({"minLength", "maxLength", "minItems", "maxItems"})
_KINDS = frozenset({"string", "integer", "number", "boolean", "array", "object"})
_A_ZONE = "Europe/Paris"
_DEEPEST = 24
_LONGEST_DEFAULT = 2000
_LONGEST_LINE = 200


class PropertyConverter:
    """Turns nodes into raw properties.

    `base_of` names the base class for a set of plugin types that may stand somewhere. `is_known` tells of a class
    whether core has it: core's facts are better. `finish` gives the definitions that were met.
    """

    def __init__(
        self, schema: ServerSchema, base_of: Callable[[frozenset[str]], str], is_known: Callable[[str], bool]
    ) -> None:
        self._schema = schema
        self._base_of = base_of
        self._is_known = is_known
        self.definitions: dict[str, Raw] = {}
        self._waiting: list[tuple[str, Node]] = []

    def properties(self, node: Node, owner: str, depth: int = 0) -> dict[str, Raw]:
        """The properties of an object's node; `owner` is its class."""
        listed = node.get("required")
        required = {each for each in listed if isinstance(each, str)} if isinstance(listed, list) else set()
        made: dict[str, Raw] = {}
        for name, below in properties_of(node).items():
            raw = self.property(below, f"{owner}.{name}", depth + 1)
            # The documentation of one plugin marks the property itself.
            if name in required or (isinstance(below, Mapping) and below.get("$required") is True):
                raw["req"] = True
            made[name] = raw
        return made

    def property(self, node: object, place: str, depth: int = 0) -> Raw:
        """One property; `place` is the class and name under which an unnamed object below it is kept."""
        merged = self._schema.merged(node)
        notes = _notes(merged)
        value = self._value(merged, place, depth) if depth <= _DEEPEST else {}
        return {**value, **notes}

    def _value(self, node: Node, place: str, depth: int) -> Raw:
        if "const" in node:
            return {"const": node["const"]}
        choices = node.get("anyOf", node.get("oneOf"))
        if isinstance(choices, list):
            return self._choice(choices, place, depth)
        if "$ref" in node:
            return self._reference(node, place, depth)
        listed = node.get("enum")
        if isinstance(listed, list):
            return {"t": "string", "enum": listed} if _A_ZONE not in listed else {"t": "string", "fmt": "timezone"}
        kinds = node.get("type")
        if isinstance(kinds, list):
            return self._choice([{**node, "type": kind} for kind in kinds if kind != "null"], place, depth)
        return self._plain(node, kinds, place, depth) if isinstance(kinds, str) and kinds in _KINDS else {}

    def _plain(self, node: Node, kind: str, place: str, depth: int) -> Raw:
        raw: Raw = {"t": kind}
        for word, short in _BOUNDS.get(kind, {}).items():
            bound = node.get(word)
            if isinstance(bound, int if word in _COUNTS else (int, float)) and not isinstance(bound, bool):
                raw[short] = bound
        if kind == "string":
            if node.get("format") in _FORMATS:
                raw["fmt"] = node["format"]
            if isinstance(node.get("pattern"), str):
                raw["pat"] = node["pattern"]
        elif kind == "array":
            if below := self._below(node.get("items"), place, depth):
                raw["items"] = below
        elif kind == "object":
            if properties_of(node):
                return self._defined(place, node)
            if below := self._below(node.get("additionalProperties"), place, depth):
                raw["values"] = below
        return raw

    def _below(self, node: object, place: str, depth: int) -> Raw:
        return self.property(node, place, depth + 1) if isinstance(node, Mapping) else {}

    def _reference(self, node: Node, place: str, depth: int) -> Raw:
        found = self._schema.resolve(node["$ref"])
        if found is None:
            return {}
        key, target = found
        name = self._schema.plugin_name(node)
        if name is not None:
            return {"base": self._base_of(frozenset({name}))}
        target = self._schema.merged(target)
        if properties_of(target):
            # Several forms of one class are told apart by a number at the end of their keys.
            return self._defined(class_name(key) if self._is_known(class_name(key)) else key, target)
        return self._value(target, place, depth + 1) if depth <= _DEEPEST else {}

    def _defined(self, name: str, node: Node) -> Raw:
        if not self._is_known(name) and name not in self.definitions:
            self.definitions[name] = {}
            self._waiting.append((name, node))
        return {"ref": name}

    def finish(self) -> Mapping[str, Raw]:
        """The definitions that the properties refer to, and those that they refer to in turn."""
        while self._waiting:
            name, node = self._waiting.pop()
            self.definitions[name]["props"] = self.properties(node, name)
            if node.get("additionalProperties"):
                self.definitions[name]["open"] = True
        return self.definitions

    def _choice(self, branches: list[object], place: str, depth: int) -> Raw:
        names = [self._schema.plugin_name(branch) for branch in branches]
        plugins = frozenset(name for name in names if name is not None)
        made: list[Raw] = [{"base": self._base_of(plugins)}] if plugins else []
        for number, (branch, name) in enumerate(zip(branches, names, strict=True)):
            node = self._schema.merged(branch)
            if name is None and node.get("type") != "null":
                raw = self.property(node, f"{place}-{number}", depth + 1)
                if raw not in made:
                    made.append(raw)
        zone = next((each for each in made if each.get("fmt") == "timezone"), None)
        return zone or _lifted(made)


def _lifted(alternatives: list[Raw]) -> Raw:
    """Alternatives as one value, with the notes that stand in them."""
    if len(alternatives) <= 1:
        return alternatives[0] if alternatives else {}
    notes = {key: each[key] for each in reversed(alternatives) for key in _NOTES if key in each}
    bare: list[Raw] = [{key: each[key] for key in each if key not in _NOTES} for each in alternatives]
    # A templated value of another kind is followed by text: `dyn` says so already.
    is_templated = notes.get("dyn") and len(bare) == 2 and bare[1] == {"t": "string"} and bare[0] != bare[1]
    if is_templated and not ("items" in bare[0] or bare[0].get("t") in {"array", "object"}):
        return {**bare[0], **notes}
    return {"any": bare, **notes}


def _notes(node: Node) -> Raw:
    raw: Raw = {short: True for word, short in _FLAGS.items() if node.get(word) in (True, "true")}
    raw.update({short: node[word] for word, short in _WORDS.items() if isinstance(node.get(word), str)})
    default = node.get("default")
    if default is not None and len(json.dumps(default)) <= _LONGEST_DEFAULT:
        raw["def"] = default
    if line := first_line(node.get("title")):
        raw["about"] = line
    return raw


def first_line(text: object) -> str:
    """The first line of what authors say of something, cut where it is long."""
    line = text.strip().partition("\n")[0].strip() if isinstance(text, str) else ""
    return line if len(line) <= _LONGEST_LINE else line[: _LONGEST_LINE - 1] + "…"
