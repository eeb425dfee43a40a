"""Values as Java types them.

Plain Python values stand for what comes out of JSON: an int is an Integer, or a Long or BigInteger when it is
large; a float a Double; a list an ArrayList; a dict a LinkedHashMap. What Java tells apart and Python doesn't has
a subclass here. `plain` takes the subclasses off again.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tiercel_engine.expressions.errors import LimitError
from tiercel_engine.expressions.java.utf16 import trimmed
from tiercel_engine.expressions.limits import MAX_NODES

INT_MIN, INT_MAX = -(2**31), 2**31 - 1
LONG_MIN, LONG_MAX = -(2**63), 2**63 - 1


class Long(int):
    """A Long whatever its size: literals and results of arithmetic."""

    __slots__ = ()


class BigInteger(int):
    """A BigInteger whatever its size."""

    __slots__ = ()


class JavaFloat(float):
    """A Float: 32 bits."""

    __slots__ = ()


class Character(str):
    """A Character."""

    __slots__ = ()


class SafeString(str):
    """What a macro gives."""

    __slots__ = ()


class LazyLength(int):
    """`loop.length`: a Number of the template engine's own."""

    __slots__ = ()


class LazyRevIndex(int):
    """`loop.revindex`: a Number of the template engine's own."""

    __slots__ = ()


class JavaArray(list[Any]):
    """A Java array: what `split` gives."""

    __slots__ = ()


class FixedList(list[Any]):
    """A List that can't change."""

    __slots__ = ()


class SubList(list[Any]):
    """A part of a List."""

    __slots__ = ()


class Partition(list[Any]):
    """A List cut into parts."""

    __slots__ = ()


class JavaCollection(list[Any]):
    """A Collection or Set that is no List: keys and values of a map."""

    __slots__ = ()


class JavaKeySet(JavaCollection):
    """The keys of a map."""

    __slots__ = ()


class JavaHashMap(dict[Any, Any]):
    """A HashMap, its entries in the order in which Java would iterate over them."""

    __slots__ = ()


class Instant(dt.datetime):
    """An Instant: a moment in UTC, to the millisecond."""


class ZonedDateTime(dt.datetime):
    """A ZonedDateTime, which leaves out seconds that are none."""


@dataclass(frozen=True, slots=True)
class LoopVariables:
    """`loop` in a turn of a `for`: an object, no map."""

    first: bool
    last: bool
    length: LazyLength
    index: int
    revindex: LazyRevIndex

    def __str__(self) -> str:
        first, last = str(self.first).lower(), str(self.last).lower()
        return f"{{last={last}, length={self.length}, index={self.index}, revindex={self.revindex}, first={first}}}"

    def as_map(self) -> dict[str, Any]:
        """Its properties."""
        return {
            "first": self.first,
            "last": self.last,
            "length": int(self.length),
            "index": self.index,
            "revindex": int(self.revindex),
        }


@dataclass(frozen=True, slots=True)
class MapEntry:
    """What iterating over a map gives."""

    key: Any
    value: Any

    def as_map(self) -> dict[Any, Any]:
        """A map of this one entry."""
        return {self.key: self.value}


def java_class(value: Any) -> str:  # noqa: C901, PLR0911, PLR0912 - a table by type
    """The full name of the Java class of a value; `null` for None."""
    match value:
        case None:
            return "null"
        case bool():
            return "java.lang.Boolean"
        case Long():
            return "java.lang.Long"
        case LazyLength() | LazyRevIndex():
            return f"io.pebbletemplates.pebble.node.fornode.{type(value).__name__}"
        case LoopVariables():
            return "io.pebbletemplates.pebble.node.ForNode$LoopVariables"
        case BigInteger():
            return "java.math.BigInteger"
        case int():
            if INT_MIN <= value <= INT_MAX:
                return "java.lang.Integer"
            return "java.lang.Long" if LONG_MIN <= value <= LONG_MAX else "java.math.BigInteger"
        case JavaFloat():
            return "java.lang.Float"
        case float():
            return "java.lang.Double"
        case Decimal():
            return "java.math.BigDecimal"
        case Character():
            return "java.lang.Character"
        case SafeString():
            return "io.pebbletemplates.pebble.extension.escaper.SafeString"
        case str():
            return "java.lang.String"
        case JavaArray():
            return "[Ljava.lang.String;"
        case JavaKeySet():
            return "java.util.LinkedHashMap$LinkedKeySet"
        case JavaCollection():
            return "java.util.LinkedHashMap$LinkedValues"
        case SubList():
            return "java.util.ArrayList$SubList"
        case Partition():
            return "com.google.common.collect.Lists$RandomAccessPartition"
        case FixedList():
            return "java.util.ImmutableCollections$ListN"
        case list() | tuple():
            return "java.util.ArrayList"
        case JavaHashMap():
            return "java.util.HashMap"
        case dict():
            return "java.util.LinkedHashMap"
        case bytes():
            return "[B"
        case Instant():
            return "java.time.Instant"
        case dt.datetime():
            return "java.time.ZonedDateTime"
        case dt.date():
            return "java.time.LocalDate"
        case MapEntry():
            return "java.util.LinkedHashMap$Entry"
        case _:
            return f"java.lang.{type(value).__name__}"


def is_string(value: Any) -> bool:
    """Whether it is a String to Java, which a Character and the text of a macro aren't."""
    return isinstance(value, str) and not isinstance(value, Character | SafeString)


def is_list(value: Any) -> bool:
    """Whether it is a List to Java, which an array and the keys or values of a map aren't."""
    return isinstance(value, list | tuple) and not isinstance(value, JavaArray | JavaCollection)


def is_collection(value: Any) -> bool:
    """Whether it is a Collection to Java, which an array isn't."""
    return isinstance(value, list | tuple) and not isinstance(value, JavaArray)


def is_void(value: Any) -> bool:
    """Whether it is null, a text of spaces only, or a map or collection without elements; arrays never are."""
    if is_string(value):
        return not trimmed(value)
    return value is None or ((isinstance(value, dict) or is_collection(value)) and not value)


_KINDS = {
    "java.util.ArrayList": "List",
    "java.util.ImmutableCollections$ListN": "List",
    "java.util.ArrayList$SubList": "List",
    "com.google.common.collect.Lists$RandomAccessPartition": "List",
    "java.util.HashMap": "Map",
    "java.util.LinkedHashMap": "Map",
    "java.util.LinkedHashMap$LinkedKeySet": "Collection",
    "java.util.LinkedHashMap$LinkedValues": "Collection",
    "[Ljava.lang.String;": "array",
    "[B": "array",
}


def type_name(value: Any) -> str:
    """The name of a value's type as the records of typed rendering write it: Integer, List, null …"""
    name = java_class(value)
    return _KINDS.get(name) or name.rsplit(".", 1)[-1]


def plain(value: Any) -> Any:
    """The value in plain Python types, deeply. Shared parts stay shared. Raises LimitError."""
    check_size(value)
    return _plain(value, {})


def check_size(value: Any) -> None:
    """Raises LimitError for lists and maps that would be too large when written out.

    Parts that a value shares count each time they stand in it, though they are looked at once.
    """
    if isinstance(value, dict | list | tuple) and _size(value, {}) > MAX_NODES:
        raise LimitError(f"A value cannot have more than {MAX_NODES} elements.")


def _size(value: Any, known: dict[int, int]) -> int:
    if not isinstance(value, dict | list | tuple):
        return 1
    found = known.get(id(value))
    if found is None:
        items = value.values() if isinstance(value, dict) else value
        found = known[id(value)] = 1 + sum(_size(item, known) for item in items)
    return found


def _plain(value: Any, known: dict[int, Any]) -> Any:
    if isinstance(value, dict | list | tuple):
        if id(value) in known:
            return known[id(value)]
        result: Any
        if isinstance(value, dict):
            result = {_plain(key, known): _plain(item, known) for key, item in value.items()}
        else:
            result = [_plain(item, known) for item in value]
        known[id(value)] = result
        return result
    if isinstance(value, MapEntry):
        return {_plain(value.key, known): _plain(value.value, known)}
    if isinstance(value, JavaFloat):
        from tiercel_engine.expressions.texts import double_text

        return float(double_text(value))
    if isinstance(value, str):
        return value if type(value) is str else str(value)
    if isinstance(value, LoopVariables):
        return value.as_map()
    return int(value) if isinstance(value, Long | BigInteger | LazyLength | LazyRevIndex) else value
