"""Typing of scalars as Kestra's YAML reader does it: YAML 1.1, but dates stay text.

Recorded from the real engine: `no` is false, `010` is 8, `1_000` is 1000, `1e3` is 1000.0, `2024-01-01` is text.
"""

from __future__ import annotations

import re
from typing import Any

from tiercel_schemas.source.nodes import AliasNode, MappingNode, Node, ScalarNode, SequenceNode, follow

ScalarValue = str | int | float | bool | None

MAX_VALUES = 200_000
"""A tree that unfolds to more values than this (aliases of aliases) is refused."""

_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_TRUE = frozenset({"yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"})
_FALSE = frozenset({"no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"})
_INTEGER = re.compile(
    r"(?P<sign>[-+]?)(?:0b(?P<binary>[01_]+)|0x(?P<hexadecimal>[0-9a-fA-F_]+)|0(?P<octal>[0-7_]+)"
    r"|(?P<decimal>0|[1-9][0-9_]*))"
)
_FLOAT = re.compile(
    r"[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+]?[0-9]+)?|[-+]?[0-9][0-9_]*[eE][-+]?[0-9]+"
    r"|[-+]?\.[0-9][0-9_]*(?:[eE][-+]?[0-9]+)?"
)
_INFINITE = re.compile(r"([-+]?)\.(?:inf|Inf|INF)")
_NOT_A_NUMBER = frozenset({".nan", ".NaN", ".NAN"})
_LONGEST_NUMBER = 400
_BASES = {"binary": 2, "octal": 8, "decimal": 10, "hexadecimal": 16}


class TooManyValuesError(ValueError):
    """Aliases make the tree unfold to more values than a flow can hold."""


def scalar_value(node: ScalarNode) -> ScalarValue:
    """The typed value of a scalar; quoted and block scalars are always text."""
    if node.tag is not None and node.tag.startswith("tag:yaml.org,2002:"):
        return _tagged(node.value, node.tag.removeprefix("tag:yaml.org,2002:"))
    if node.style != "plain":
        return node.value
    return plain_scalar_value(node.value)


def plain_scalar_value(text: str) -> ScalarValue:
    """What an unquoted scalar with this text means."""
    if text in _NULL:
        return None
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    if text[0] in "+-.0123456789" and len(text) <= _LONGEST_NUMBER:
        return _number(text)
    return text


def scalar_text(node: ScalarNode) -> str | None:
    """The text that a property of kind string gets: words of truth become `true` or `false`, null is None."""
    value = scalar_value(node)
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else node.value


def plain_value(node: Node | None) -> Any:
    """Dicts, lists and typed scalars, aliases followed and `<<` merged.

    Keys are text, as in Kestra. Of a key that stands twice the last wins. A value before which the text breaks off is
    None.

    Raises:
        TooManyValuesError: if aliases make the tree unfold beyond `MAX_VALUES`.
    """
    return _Unfolding().value(node)


class _Unfolding:
    def __init__(self) -> None:
        self._count = 0

    def value(self, node: Node | None) -> Any:
        self._count += 1
        if self._count > MAX_VALUES:
            raise TooManyValuesError("aliases unfold to too many values")
        node = follow(node)
        if isinstance(node, ScalarNode):
            return scalar_value(node)
        if isinstance(node, SequenceNode):
            return [self.value(item) for item in node.items]
        if isinstance(node, MappingNode):
            return self._mapping(node)
        return None

    def _mapping(self, node: MappingNode) -> dict[str, Any]:
        merged: dict[str, Any] = {}
        own: dict[str, Any] = {}
        for pair in node.pairs:
            name = pair.name
            if name == "<<" and isinstance(pair.value, AliasNode | SequenceNode | MappingNode):
                merged = self._merged(pair.value) | merged
            elif name is not None:
                own[name] = self.value(pair.value)
        return merged | own

    def _merged(self, node: Node) -> dict[str, Any]:
        value = self.value(node)
        sources = value if isinstance(value, list) else [value]
        merged: dict[str, Any] = {}
        for source in sources:
            if isinstance(source, dict):
                merged = source | merged
        return merged


def _number(text: str) -> ScalarValue:
    if match := _INTEGER.fullmatch(text):
        name = str(match.lastgroup)
        digits = match[name].replace("_", "")
        return int(match["sign"] + digits, _BASES[name]) if digits else text
    if _FLOAT.fullmatch(text):
        return float(text.replace("_", ""))
    if match := _INFINITE.fullmatch(text):
        return float(match[1] + "inf")
    if text in _NOT_A_NUMBER:
        return float("nan")
    return text


def _tagged(text: str, tag: str) -> ScalarValue:
    if tag == "str":
        return text
    value = plain_scalar_value(text)
    if tag == "float" and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    return value
