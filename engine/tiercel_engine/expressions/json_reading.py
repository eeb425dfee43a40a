"""JSON read as Jackson reads it, with its messages."""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

_SPACE = re.compile(r"[ \t\r\n]*")
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_WORD = re.compile(r"[A-Za-z_0-9$]+")
_STRING = re.compile(r'"((?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*)"')
_SOURCE = "[Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: {}{}]"
_EXPECTED = "JSON String, Number, Array, Object or token 'null', 'true' or 'false'"
_MAX_DEPTH = 900


class JsonError(ValueError):
    """Text that is no JSON; the message is Jackson's."""


def read_json(text: str) -> Any:
    """The first JSON value of a text; what follows it is ignored, as Jackson does by default. Raises JsonError."""
    if not text.strip(" \t\r\n"):
        raise JsonError(f"No content to map due to end-of-input\n at {_SOURCE.format(1, '')}")
    try:
        value, end = _DECODER.raw_decode(text, _skip(text, 0))
    except (json.JSONDecodeError, RecursionError):
        _explain(text)
    if isinstance(value, int | float) and not isinstance(value, bool) and text[end : end + 1].strip(" \t\r\n"):
        _unexpected(text, end, "Expected space separating root-level values")
    return value


def _whole(digits: str) -> int:
    if len(digits) > 1000:
        raise JsonError(f"Number value length ({len(digits)}) exceeds the maximum allowed (1000)")
    return int(digits)


def _constant(name: str) -> NoReturn:
    raise json.JSONDecodeError(name, name, 0)


_DECODER = json.JSONDecoder(parse_int=_whole, parse_constant=_constant, strict=True)


def _skip(text: str, place: int) -> int:
    match = _SPACE.match(text, place)
    return match.end() if match else place


def _explain(text: str) -> NoReturn:
    """Walks the text again to say what Jackson says where it stops."""
    _value(text, _skip(text, 0), 0)
    raise JsonError("Unexpected JSON")


def _at(text: str, place: int) -> str:
    line = text.count("\n", 0, place) + 1
    column = place - (text.rfind("\n", 0, place) + 1) + 1
    return _SOURCE.format(line, f", column: {column}")


def _unexpected(text: str, place: int, wanted: str) -> NoReturn:
    if place >= len(text):
        _end(text)
    character = text[place]
    raise JsonError(f"Unexpected character ('{character}' (code {ord(character)})): {wanted}\n at {_at(text, place)}")


def _end(text: str) -> NoReturn:
    raise JsonError(f"Unexpected end-of-input\n at {_at(text, len(text))}")


def _value(text: str, place: int, depth: int) -> int:
    if depth > _MAX_DEPTH:
        raise JsonError(f"Document nesting depth ({depth}) exceeds the maximum allowed ({_MAX_DEPTH})")
    if place >= len(text):
        _end(text)
    character = text[place]
    if character == "{":
        return _members(text, place + 1, depth)
    if character == "[":
        return _elements(text, place + 1, depth)
    if character == '"':
        match = _STRING.match(text, place)
        if match is None:
            end = f"Unexpected end-of-input: was expecting closing quote for a string value\n at {_at(text, len(text))}"
            raise JsonError(end)
        return match.end()
    number = _NUMBER.match(text, place)
    if number:
        return number.end()
    word = _WORD.match(text, place)
    if word:
        if word[0] in ("true", "false", "null"):
            return word.end()
        raise JsonError(f"Unrecognized token '{word[0]}': was expecting ({_EXPECTED})\n at {_at(text, place)}")
    wanted = f"expected a valid value ({_EXPECTED.replace('JSON String', 'JSON String')})"
    _unexpected(text, place, wanted)


def _members(text: str, place: int, depth: int) -> int:
    place = _skip(text, place)
    if text.startswith("}", place):
        return place + 1
    while True:
        place = _skip(text, place)
        match = _STRING.match(text, place)
        if match is None:
            _unexpected(text, place, "was expecting double-quote to start field name")
        place = _skip(text, match.end())
        if not text.startswith(":", place):
            _unexpected(text, place, "was expecting a colon to separate field name and value")
        place = _skip(text, _value(text, _skip(text, place + 1), depth + 1))
        if text.startswith("}", place):
            return place + 1
        if not text.startswith(",", place):
            _unexpected(text, place, "was expecting comma to separate Object entries")
        place += 1


def _elements(text: str, place: int, depth: int) -> int:
    place = _skip(text, place)
    if text.startswith("]", place):
        return place + 1
    while True:
        place = _skip(text, _value(text, _skip(text, place), depth + 1))
        if text.startswith("]", place):
            return place + 1
        if not text.startswith(",", place):
            _unexpected(text, place, "was expecting comma to separate Array entries")
        place += 1
