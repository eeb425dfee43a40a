"""The tests of the language."""

from __future__ import annotations

from typing import Any

from tiercel_engine.expressions.arguments import cast_text, class_cast
from tiercel_engine.expressions.errors import JavaError, PebbleError
from tiercel_engine.expressions.json_reading import JsonError, read_json
from tiercel_engine.expressions.registry import Arguments, Run, test_unit
from tiercel_engine.expressions.values import is_void, java_class


@test_unit("null")
def is_null(value: Any, _arguments: Arguments, _run: Run) -> bool:
    """Whether it is null."""
    return value is None


@test_unit("defined")
def is_defined(value: Any, _arguments: Arguments, _run: Run) -> bool:
    """Whether it is there and not null."""
    return value is not None


@test_unit("empty")
def is_empty(value: Any, _arguments: Arguments, _run: Run) -> bool:
    """Whether there is nothing in it."""
    return is_void(value)


@test_unit("iterable")
def is_iterable(value: Any, _arguments: Arguments, _run: Run) -> bool:
    """Whether it is a collection."""
    return isinstance(value, list)


@test_unit("map")
def is_map(value: Any, _arguments: Arguments, _run: Run) -> bool:
    """Whether it is a map."""
    return isinstance(value, dict)


@test_unit("even")
def is_even(value: Any, _arguments: Arguments, _run: Run) -> bool:
    """Whether a whole number is even."""
    return _whole(value) % 2 == 0


@test_unit("odd")
def is_odd(value: Any, _arguments: Arguments, _run: Run) -> bool:
    """Whether a whole number is odd."""
    if value is None:
        raise JavaError("IllegalArgumentException", 'Can not pass null value to "odd" test.')
    return _whole(value) % 2 != 0


def _whole(value: Any) -> int:
    if value is None:
        raise PebbleError('Can not pass null value to "even" test.')
    if java_class(value) in ("java.lang.Long", "java.lang.Integer"):
        return int(value)
    raise class_cast(value, "java.lang.Long")


@test_unit("json")
def is_json(value: Any, _arguments: Arguments, _run: Run) -> bool:
    """Whether text can be read as JSON."""
    if value is None:
        raise JavaError("IllegalArgumentException", 'argument "content" is null')
    text = cast_text(value)
    try:
        if text.strip(" \t\r\n"):
            read_json(text)
    except JsonError:
        return False
    return True
