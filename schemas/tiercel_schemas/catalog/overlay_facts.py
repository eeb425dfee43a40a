"""Holds the facts in an overlay to their shape: the file lies in a work tree, so anyone may have written it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

_NUMBERS = frozenset({"min", "max", "xmin", "xmax"})
_COUNTS = frozenset({"minLen", "maxLen", "minItems", "maxItems"})
_FLAGS = frozenset({"dyn", "req", "dep", "beta", "secret", "uri", "hid"})
_TEXTS = frozenset({"ref", "base", "fmt", "lang", "group", "about"})
_FREE = frozenset({"const", "def"})
_KINDS = frozenset({"string", "integer", "number", "boolean", "array", "object"})
_DEEPEST = 40
_LONGEST_PATTERN = 300
_MOST_REPEATS = 2
_CLASS = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]")
_REPEAT = re.compile(r"[*+]|\{\d*,\}")
_REPEATED_GROUP = re.compile(r"\)\s*(?:[*+]|\{)")

Node = Mapping[str, Any]


def sound_object(raw: object) -> Node:
    """A type or definition; an open one with no properties where it is not of the right shape."""
    if not isinstance(raw, Mapping):
        return {"open": True}
    sound = {key: raw[key] for key, check in _OBJECT_KEYS.items() if key in raw and check(raw[key])}
    props = _properties(raw.get("props"))
    if props is None:
        return {**sound, "open": True}
    return {**sound, "props": props, "out": _properties(raw.get("out")) or {}}


def _properties(raw: object) -> dict[str, Node] | None:
    if not isinstance(raw, Mapping):
        return None
    return {name: _property(each) for name, each in raw.items()}


def _property(raw: object, depth: int = 0) -> dict[str, Any]:
    if not isinstance(raw, Mapping) or depth > _DEEPEST:
        return {}
    sound = {key: each for key, each in raw.items() if key in _FREE or _is_sound(key, each)}
    for key in ("items", "values"):
        if key in raw:
            sound[key] = _property(raw[key], depth + 1)
    if isinstance(raw.get("any"), list):
        sound["any"] = [_property(each, depth + 1) for each in raw["any"]]
    return sound


def _is_sound(key: str, value: object) -> bool:
    if key in _FLAGS or key in _NUMBERS or key in _COUNTS:
        wanted: tuple[type, ...] = (bool,) if key in _FLAGS else (int,) if key in _COUNTS else (int, float)
        return isinstance(value, wanted) and isinstance(value, bool) == (key in _FLAGS)
    if key == "t":
        return isinstance(value, str) and value in _KINDS
    if key == "pat":
        return isinstance(value, str) and is_quick_pattern(value)
    if key == "enum":
        return isinstance(value, list) and all(isinstance(each, (str, int, float)) for each in value)
    return key in _TEXTS and isinstance(value, str)


def is_quick_pattern(pattern: str) -> bool:
    """Whether a pattern can be tried on any text in little time: few repeats, none of them of a group."""
    if len(pattern) > _LONGEST_PATTERN:
        return False
    # Classes and escapes are one sign each; what is left is structure.
    bare = _CLASS.sub("x", pattern)
    if len(_REPEAT.findall(bare)) > _MOST_REPEATS or _REPEATED_GROUP.search(bare):
        return False
    try:
        # What Kestra's engine knows and Python's doesn't is handled where patterns are used.
        re.compile(re.sub(r"\\p\{\w+\}", "x", pattern))
    except (re.error, OverflowError, RecursionError):
        return False
    return True


def _is_true(value: object) -> bool:
    return value is True


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_list_of_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _are_metrics(value: object) -> bool:
    return isinstance(value, list) and all(
        isinstance(each, Mapping) and "name" in each and all(isinstance(part, str) for part in each.values())
        for each in value
    )


_OBJECT_KEYS: Mapping[str, Callable[[object], bool]] = {
    "kind": _is_text,
    "base": _is_text,
    "about": _is_text,
    "is": _is_list_of_texts,
    "aliases": _is_list_of_texts,
    "without": _is_list_of_texts,
    "metrics": _are_metrics,
    **dict.fromkeys(("open", "adds", "deprecated", "beta"), _is_true),
}
