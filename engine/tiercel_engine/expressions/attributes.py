"""`a.b`, `a[b]` and `a.b(c)`: keys, indices, and the few methods of Java that expressions may call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from tiercel_engine.expressions.equality import contains_equal, java_equals
from tiercel_engine.expressions.errors import JavaError, Missing, PebbleError
from tiercel_engine.expressions.java.hash_map import java_hash
from tiercel_engine.expressions.java.utf16 import length_of
from tiercel_engine.expressions.texts import java_text
from tiercel_engine.expressions.values import (
    Character,
    JavaArray,
    JavaCollection,
    JavaKeySet,
    Long,
    LoopVariables,
    MapEntry,
    check_size,
    java_class,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

_Methods: TypeAlias = "dict[tuple[str, int], Callable[..., Any]]"

_NOTHING = object()
_MAX_TEXT = 10 * 1024 * 1024
_LOOP = frozenset({"first", "last", "length", "index", "revindex"})
_DENIED = {
    "class": "public final native java.lang.Class java.lang.Object.getClass()",
    "getClass": "public final native java.lang.Class java.lang.Object.getClass()",
    "notify": "public final native void java.lang.Object.notify()",
    "notifyAll": "public final native void java.lang.Object.notifyAll()",
    "wait": "public final void java.lang.Object.wait() throws java.lang.InterruptedException",
}


def attribute(target: Any, name: Any, arguments: tuple[Any, ...] | None = None) -> Any:
    """The attribute `name` of `target`. Raises Missing when there is none."""
    if target is None:
        raise missing_attribute(target, name)
    found = _element(target, name) if arguments is None else _NOTHING
    if found is _NOTHING:
        found = _member(target, java_text(name), arguments)
    if found is _NOTHING:
        raise missing_attribute(target, name)
    return found


def missing_attribute(target: Any, name: Any) -> Missing:
    """The error of an attribute that can't be found."""
    detail = (
        f"Attribute [{java_text(name)}] of [{java_class(target)}] does not exist or can not be accessed"
        " and strict variables is set to true."
    )
    return Missing(java_text(name), detail)


def missing_variable(name: str) -> Missing:
    """The error of a root that doesn't exist."""
    detail = f"Root attribute [{name}] does not exist or can not be accessed and strict variables is set to true."
    return Missing(name, detail, root=True)


def _element(target: Any, name: Any) -> Any:
    if isinstance(target, dict):
        return _entry(target, name)
    if isinstance(target, list | tuple) and not isinstance(target, JavaCollection):
        index = _index(name)
        if index is not None and 0 <= index < len(target):
            return target[index]
        return _NOTHING
    if isinstance(target, MapEntry):
        return {"key": target.key, "value": target.value}.get(str(name), _NOTHING)
    if isinstance(target, LoopVariables):
        return getattr(target, name) if name in _LOOP else _NOTHING
    return _NOTHING


def _entry(target: dict[Any, Any], name: Any) -> Any:
    if isinstance(name, Character):
        return next((value for key, value in target.items() if type(key) is Character and key == name), _NOTHING)
    if isinstance(name, str | bool) or name is None:
        return target.get(name, _NOTHING)
    if isinstance(name, int | float):
        # A number is cast to the type of the map's keys, which fails on texts.
        if not target:
            raise JavaError("NoSuchElementException")
        first = next(iter(target))
        if isinstance(first, str):
            raise PebbleError(f"type class {java_class(first)} not supported for key {java_text(name)}")
        return next((value for key, value in target.items() if key == name), _NOTHING)
    return _NOTHING


def _index(name: Any) -> int | None:
    if isinstance(name, int) and not isinstance(name, bool):
        return name
    if isinstance(name, str) and name.isascii() and name.isdigit() and len(name) < 12:
        return int(name)
    return None


def _member(target: Any, name: str, arguments: tuple[Any, ...] | None) -> Any:
    if name in _DENIED and not isinstance(target, dict):
        raise PebbleError(
            f"For security reasons access to {_DENIED[name]} method is denied.", java_class="ClassAccessException"
        )
    if arguments is None and isinstance(target, dict | MapEntry):
        return _NOTHING
    methods = _methods(target)
    given = arguments or ()
    for spelled in (name, f"get{name[:1].upper()}{name[1:]}", f"is{name[:1].upper()}{name[1:]}"):
        method = methods.get((spelled, len(given)))
        if method is not None:
            return method(target, *given)
    return _NOTHING


def _methods(target: Any) -> _Methods:
    if isinstance(target, str):
        return _TEXT
    if isinstance(target, JavaArray):
        return {}
    if isinstance(target, JavaCollection):
        return _COLLECTION
    if isinstance(target, list | tuple):
        return _LIST
    if isinstance(target, dict):
        return _MAP
    if isinstance(target, MapEntry):
        return _ENTRY
    return _NUMBER if isinstance(target, int | float) else _ANY


def _text(value: Any) -> str:
    if isinstance(value, str):
        return str(value)
    raise JavaError("IllegalArgumentException", "argument type mismatch")


def _whole(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return int(value)
    raise JavaError("IllegalArgumentException", "argument type mismatch")


def _substring(target: str, start: Any, end: Any = None) -> str:
    first, last = _whole(start), len(target) if end is None else _whole(end)
    if not 0 <= first <= last <= len(target):
        message = f"begin {first}, end {last}, length {len(target)}"
        raise JavaError("StringIndexOutOfBoundsException", message)
    return target[first:last]


def _regex() -> ModuleType:
    from tiercel_engine.expressions.java import regex

    return regex


def _repeat(target: str, count: Any) -> str:
    times = _whole(count)
    if times < 0:
        raise JavaError("IllegalArgumentException", f"count is negative: {times}")
    if max(len(target), 1) * times > _MAX_TEXT:
        raise JavaError("IllegalArgumentException", f"Repeating {len(target)} bytes String {times} times is too much")
    return target * times


def _replace(target: str, old: Any, new: Any) -> str:
    old, new = _text(old), _text(new)
    if target.count(old) * len(new) > _MAX_TEXT:
        raise JavaError("IllegalArgumentException", "Replacing would give a text that is too long")
    return target.replace(old, new)


def _char_at(target: str, index: Any) -> Character:
    place = _whole(index)
    if not 0 <= place < len(target):
        message = f"Index {place} out of bounds for length {len(target)}"
        raise JavaError("StringIndexOutOfBoundsException", message)
    return Character(target[place])


def _get(target: list[Any], index: Any) -> Any:
    place = _whole(index)
    if not 0 <= place < len(target):
        message = f"Index {place} out of bounds for length {len(target)}"
        raise JavaError("IndexOutOfBoundsException", message)
    return target[place]


def _end_of(target: list[Any], place: int) -> Any:
    if not target:
        raise JavaError("NoSuchElementException")
    return target[place]


def _index_of(target: list[Any], wanted: Any) -> int:
    return next((index for index, item in enumerate(target) if java_equals(item, wanted)), -1)


def _entry_or_null(entries: dict[Any, Any], key: Any, default: Any = None) -> Any:
    # No key of a map is a list or a map here.
    return default if isinstance(key, dict | list) else entries.get(key, default)


def _hash_code(value: Any) -> int:
    check_size(value)
    return (java_hash(value) + 2**31) % 2**32 - 2**31


_ANY: _Methods = {
    ("toString", 0): java_text,
    ("hashCode", 0): _hash_code,
    ("equals", 1): java_equals,
}
_NUMBER: _Methods = {
    **_ANY,
    ("intValue", 0): int,
    ("longValue", 0): Long,
    ("doubleValue", 0): float,
}
_TEXT: _Methods = {
    **_ANY,
    ("length", 0): length_of,
    ("isEmpty", 0): lambda text: not text,
    ("isBlank", 0): lambda text: not text.strip(),
    ("toUpperCase", 0): lambda text: text.upper(),
    ("toLowerCase", 0): lambda text: text.lower(),
    ("trim", 0): lambda text: text.strip("".join(map(chr, range(33)))),
    ("strip", 0): lambda text: text.strip(),
    ("contains", 1): lambda text, part: _text(part) in text,
    ("startsWith", 1): lambda text, part: text.startswith(_text(part)),
    ("endsWith", 1): lambda text, part: text.endswith(_text(part)),
    ("indexOf", 1): lambda text, part: text.find(_text(part)),
    ("lastIndexOf", 1): lambda text, part: text.rfind(_text(part)),
    ("equalsIgnoreCase", 1): lambda text, other: isinstance(other, str) and text.lower() == other.lower(),
    ("compareTo", 1): lambda text, other: (text > _text(other)) - (text < _text(other)),
    ("concat", 1): lambda text, other: f"{text}{_text(other)}",
    ("charAt", 1): _char_at,
    ("substring", 1): _substring,
    ("substring", 2): _substring,
    ("replace", 2): _replace,
    ("repeat", 1): _repeat,
    ("split", 1): lambda text, pattern: JavaArray(_regex().split(text, _text(pattern))),
    ("matches", 1): lambda text, pattern: _regex().matches_whole(_text(pattern), text),
    ("replaceAll", 2): lambda text, pattern, new: _regex().replaced_all(_text(pattern), _text(new), text),
}
_COLLECTION: _Methods = {
    **_ANY,
    ("size", 0): len,
    ("isEmpty", 0): lambda items: not items,
    ("contains", 1): contains_equal,
}
_LIST: _Methods = {
    **_COLLECTION,
    ("get", 1): _get,
    ("getFirst", 0): lambda items: _end_of(items, 0),
    ("getLast", 0): lambda items: _end_of(items, -1),
    ("indexOf", 1): _index_of,
}
_MAP: _Methods = {
    **_ANY,
    ("size", 0): len,
    ("isEmpty", 0): lambda entries: not entries,
    ("get", 1): _entry_or_null,
    ("getOrDefault", 2): _entry_or_null,
    ("containsKey", 1): lambda entries, key: _entry_or_null(entries, key, _NOTHING) is not _NOTHING,
    ("containsValue", 1): lambda entries, value: contains_equal(entries.values(), value),
    ("keySet", 0): JavaKeySet,
    ("values", 0): lambda entries: JavaCollection(entries.values()),
    ("entrySet", 0): lambda entries: JavaCollection(MapEntry(*entry) for entry in entries.items()),
}
_ENTRY: _Methods = {
    **_ANY,
    ("getKey", 0): lambda entry: entry.key,
    ("getValue", 0): lambda entry: entry.value,
}
