"""Filters of lists and maps."""

from __future__ import annotations

from functools import cmp_to_key
from typing import Any

from tiercel_engine.expressions.arguments import cast_list, cast_text, class_cast, int_value, needed, whole_number
from tiercel_engine.expressions.equality import compare_texts, is_number
from tiercel_engine.expressions.errors import JavaError, LimitError, PebbleError
from tiercel_engine.expressions.java.hash_map import hash_map, java_hash
from tiercel_engine.expressions.java.utf16 import cut, length_of
from tiercel_engine.expressions.limits import MAX_OUTPUT, MAX_RANGE
from tiercel_engine.expressions.registry import Arguments, Run, filter_unit
from tiercel_engine.expressions.texts import java_text, too_large
from tiercel_engine.expressions.values import (
    Character,
    FixedList,
    JavaArray,
    JavaCollection,
    JavaKeySet,
    MapEntry,
    Partition,
    SubList,
    check_size,
    is_list,
    is_string,
    is_void,
    java_class,
)


def _wrong_type(name: str, wanted: str, value: Any) -> PebbleError:
    message = f"'{name}' filter can only be applied to {wanted}. Actual type was: {java_class(value)}"
    return PebbleError(message)


@filter_unit("chunk")
def chunk(value: Any, arguments: Arguments, _run: Run) -> Any:
    """A list cut into lists of a size."""
    if value is None:
        return None
    size = needed(arguments, "size", "'chunk' filter expects an argument 'size'.")
    if not isinstance(value, list) or isinstance(value, JavaArray | JavaCollection):
        raise _wrong_type("chunk", "List", value)
    count = whole_number(size)
    if count <= 0:
        raise JavaError("IllegalArgumentException")
    return Partition(SubList(value[start : start + count]) for start in range(0, len(value), count))


@filter_unit("distinct")
def distinct(value: Any, _arguments: Arguments, _run: Run) -> Any:
    """Each element once."""
    if value is None:
        return "null"
    if not is_list(value):
        raise PebbleError(f"Input must be a list, but received : {java_class(value)}")
    check_size(value)
    kept: dict[tuple[str, Any], Any] = {}
    for item in value:
        kept.setdefault((java_class(item), _identity(item)), item)
    return list(kept.values())


def _identity(value: Any) -> Any:
    return (java_hash(value), java_text(value)) if isinstance(value, dict | list) else value


@filter_unit("first")
def first(value: Any, _arguments: Arguments, _run: Run) -> Any:
    """The first element or character."""
    return _end_of(value, 0)


@filter_unit("last")
def last(value: Any, _arguments: Arguments, _run: Run) -> Any:
    """The last element or character."""
    return _end_of(value, -1)


def _end_of(value: Any, place: int) -> Any:
    if value is None:
        return None
    if is_string(value):
        if not value:
            message = "Index 0 out of bounds for length 0" if place == 0 else "Index -1 out of bounds for length 0"
            raise JavaError("StringIndexOutOfBoundsException", message)
        length = length_of(value)
        return Character(cut(value, length - 1, length) if place else cut(value, 0, 1))
    if isinstance(value, list):
        return value[place] if value else None
    raise class_cast(value, "java.util.Collection")


@filter_unit("flatten")
def flatten(value: Any, _arguments: Arguments, _run: Run) -> Any:
    """Inner lists dissolved, one level deep."""
    if value is None:
        return None
    if not isinstance(value, list) or isinstance(value, JavaArray | JavaCollection):
        raise PebbleError("The 'flatten' filter can only be applied to lists.")
    result: list[Any] = []
    for item in value:
        if isinstance(item, list):
            result.extend(item)
        else:
            result.append(item)
        if len(result) > MAX_RANGE:
            raise LimitError(f"A list cannot have more than {MAX_RANGE} elements.")
    return FixedList(result)


@filter_unit("join")
def join(value: Any, arguments: Arguments, _run: Run) -> Any:
    """The elements joined as text."""
    if value is None:
        return None
    if not isinstance(value, list):
        raise PebbleError("The 'join' filter expects that the input is either a collection or an array.")
    separator = arguments.get("separator")
    between = "" if separator is None else cast_text(separator)
    parts: list[str] = []
    size = 0
    for item in value:
        text = java_text(item)
        size += len(text) + len(between)
        if size > MAX_OUTPUT:
            raise too_large()
        parts.append(text)
    return between.join(parts)


@filter_unit("keys")
def keys(value: Any, _arguments: Arguments, _run: Run) -> Any:
    """The keys of a map or the indices of a list."""
    if value is None:
        return None
    if isinstance(value, dict):
        return JavaKeySet(value)
    if isinstance(value, list):
        return FixedList(range(len(value)))
    raise _wrong_type("keys", "List, Map, Array", value)


@filter_unit("values")
def values(value: Any, _arguments: Arguments, _run: Run) -> Any:
    """The values of a map."""
    if value is None:
        return None
    if not isinstance(value, dict):
        raise _wrong_type("values", "Map", value)
    return JavaCollection(value.values())


@filter_unit("length")
def length(value: Any, _arguments: Arguments, _run: Run) -> int:
    """The number of characters or elements."""
    if is_string(value):
        return length_of(value)
    return len(value) if isinstance(value, dict | list | bytes) else 0


@filter_unit("merge")
def merge(value: Any, arguments: Arguments, _run: Run) -> Any:
    """The elements or entries of two."""
    items = arguments.get("items")
    if value is None and items is None:
        raise PebbleError("The two arguments to be merged are null")
    if value is None or items is None:
        return value if items is None else items
    takes_list = is_list(items)
    if isinstance(value, dict):
        if not isinstance(items, dict) and not takes_list:
            message = f"Currently, only Maps and Lists can be merged with a Map. Arg2: {java_class(items)}"
            raise JavaError("UnsupportedOperationException", message)
        added = (
            items if isinstance(items, dict) else {item: item for item in items if not isinstance(item, dict | list)}
        )
        return hash_map({**value, **added}.items(), len(value) + len(items) + 16)
    if not is_list(value):
        raise PebbleError("The object being filtered is not a Map/List/Array")
    if not isinstance(items, dict) and not takes_list:
        message = f"Currently, only Maps and Lists can be merged with a List. Arg2: {java_class(items)}"
        raise PebbleError(message)
    if len(value) + len(items) > MAX_RANGE:
        raise LimitError(f"A list cannot have more than {MAX_RANGE} elements.")
    return [*value, *(map(MapEntry, items.keys(), items.values()) if isinstance(items, dict) else items)]


@filter_unit("reverse")
def reverse(value: Any, _arguments: Arguments, run: Run) -> Any:
    """The elements in reverse order; the list itself changes."""
    if value is None:
        return None
    items = cast_list(value)[::-1]
    _refuse_fixed(value)
    return run.changed_list(value, items)


def _refuse_fixed(value: Any) -> None:
    if isinstance(value, FixedList):
        raise JavaError("UnsupportedOperationException")


@filter_unit("sort")
def sort(value: Any, _arguments: Arguments, run: Run) -> Any:
    """The elements in rising order; the list itself changes."""
    if value is None:
        return None
    _refuse_fixed(value)
    if not is_list(value) and not isinstance(value, JavaArray):
        raise PebbleError("Unsupported input type for sort filter")
    return run.changed_list(value, sorted(value, key=cmp_to_key(_compare)))


@filter_unit("rsort")
def rsort(value: Any, _arguments: Arguments, run: Run) -> Any:
    """The elements in falling order; the list itself changes."""
    if value is None:
        return None
    _refuse_fixed(value)
    items = sorted(cast_list(value), key=cmp_to_key(lambda left, right: _compare(right, left)))
    return run.changed_list(value, items)


def _compare(left: Any, right: Any) -> int:
    for value in (left, right):
        if value is None:
            raise JavaError("NullPointerException")
        if isinstance(value, dict | list):
            raise class_cast(value, "java.lang.Comparable")
    if isinstance(left, str) and isinstance(right, str) and java_class(left) == java_class(right):
        return compare_texts(left, right)
    if is_number(left) and is_number(right) and java_class(left) == java_class(right):
        return int(left > right) - int(left < right)
    if isinstance(left, bool) and isinstance(right, bool):
        return left - right
    raise class_cast(right, java_class(left))


@filter_unit("slice")
def slice_(value: Any, arguments: Arguments, _run: Run) -> Any:
    """The part from one index up to another."""
    if value is None:
        return None
    start = _index(arguments, "fromIndex", 0)
    if start < 0:
        raise JavaError("IllegalArgumentException", "fromIndex must be greater than 0")
    size = length_of(value) if is_string(value) else len(value) if isinstance(value, list) else 0
    end = _index(arguments, "toIndex", size)
    if not is_string(value) and (not isinstance(value, list) or isinstance(value, JavaCollection)):
        kind = java_class(value)
        message = f"Slice filter can only be applied to String, List and array inputs. Actual type was: {kind}"
        raise PebbleError(message)
    if arguments.get("toIndex") is not None:
        if end > size:
            raise PebbleError(f"toIndex must be smaller than input size: {size}")
        if start >= end:
            raise PebbleError("toIndex must be greater than fromIndex")
    elif start > end and isinstance(value, str):
        raise JavaError("StringIndexOutOfBoundsException", f"Range [{start}, {end}) out of bounds for length {end}")
    elif start > end:
        raise JavaError("IllegalArgumentException", f"fromIndex({start}) > toIndex({end})")
    if isinstance(value, str):
        return cut(value, start, end)
    return SubList(value[start:end]) if type(value) is list else type(value)(value[start:end])


def _index(arguments: Arguments, name: str, default: int) -> int:
    index = arguments.get(name)
    if index is None:
        return default
    if not is_number(index):
        raise PebbleError(f"Argument {name} must be a number. Actual type: {java_class(index)}")
    return int_value(index)


@filter_unit("default")
def default(value: Any, arguments: Arguments, _run: Run) -> Any:
    """Another value when there is none."""
    return arguments.get("default") if is_void(value) else value


@filter_unit("className")
def class_name(value: Any, _arguments: Arguments, _run: Run) -> Any:
    """The Java class of a value."""
    return None if value is None else java_class(value)
