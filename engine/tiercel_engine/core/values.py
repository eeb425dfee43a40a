"""The values of a loop, from what is written or what it renders to."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

_JAVA_CLASSES: tuple[tuple[type, str], ...] = (
    (bool, "java.lang.Boolean"),
    (int, "java.lang.Integer"),
    (float, "java.lang.Double"),
    (list, "java.util.ArrayList"),
    (tuple, "java.util.ArrayList"),
    (dict, "java.util.LinkedHashMap"),
)

_PLACE = "\n at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: 1, column: 1]"

Item = tuple[str | None, str]
"""Key and value; the key is None for the items of a list."""


class ValuesError(Exception):
    """The values can't be looped over; the text says why, in Kestra's words."""


def compact_json(value: Any) -> str:
    """JSON as Kestra prints a map or list in text."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)


def list_values(rendered: Any, *, allow_map: bool) -> tuple[Item, ...]:
    """The items of a list (each once), of a map's entries, or of a text that holds either as JSON.

    `rendered` is a text, or a list or map whose texts are rendered. Lists that were written as such take texts,
    numbers and maps; JSON text takes anything but null. Raises `ValuesError`.
    """
    if isinstance(rendered, str):
        return _from_text(rendered, allow_map=allow_map)
    if isinstance(rendered, Mapping) and allow_map:
        return tuple((str(key), _text(value)) for key, value in rendered.items())
    if isinstance(rendered, list | tuple):
        items = [_written(element, rendered, allow_float=allow_map) for element in rendered]
        return tuple((None, text) for text in dict.fromkeys(items))
    raise ValuesError(f"Unknown value type: class {_java_class(rendered)}")


def _java_class(value: Any) -> str:
    return next((name for kind, name in _JAVA_CLASSES if isinstance(value, kind)), "java.lang.Object")


def _from_text(text: str, *, allow_map: bool) -> tuple[Item, ...]:
    try:
        parsed = json.loads(text)
    except ValueError:
        raise ValuesError(_not_a_list(text) if allow_map else _no_json(text)) from None
    if isinstance(parsed, dict) and allow_map:
        return tuple((key, _text(value)) for key, value in parsed.items())
    if not isinstance(parsed, list):
        if allow_map:
            raise ValuesError(_not_a_list(text))
        raise ValuesError(
            "com.fasterxml.jackson.databind.exc.MismatchedInputException: Cannot deserialize value of type "
            "`java.util.ArrayList<java.lang.Object>` from Object value (token `JsonToken.START_OBJECT`)" + _PLACE
        )
    if any(element is None for element in parsed):
        raise ValuesError(f"Found a null value inside the iteration values={compact_json(parsed)}")
    return tuple((None, item) for item in dict.fromkeys(_text(element) for element in parsed))


def _written(element: Any, whole: Any, *, allow_float: bool) -> str:
    if element is None and not allow_float:
        raise ValuesError('Cannot invoke "Object.getClass()" because "obj" is null')
    if element is None:
        raise ValuesError(f"Found a null value inside the iteration values={compact_json(list(whole))}")
    refused = isinstance(element, bool | list | tuple) or (isinstance(element, float) and not allow_float)
    if refused:
        raise ValuesError(f"Unknown value element type: class {_java_class(element)}")
    return _text(element)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else compact_json(value)


def _not_a_list(value: Any) -> str:
    shown = value if isinstance(value, str) else compact_json(value)
    return f"The `values` must be a list, a map, or an expression that renders to one, but got: '{shown}'."


def _no_json(text: str) -> str:
    words = text.split(maxsplit=1)
    token = words[0] if words else ""
    return (
        f"com.fasterxml.jackson.core.JsonParseException: Unrecognized token '{token}': was expecting "
        "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')" + _PLACE
    )
