"""JSON read as Jackson reads it, with its messages."""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn, TypeAlias

_SPACE = re.compile(r"[ \t\r\n]*")
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_WORD = re.compile(r"[\w$]+")
_STRING = re.compile(r'"((?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*)"')
_SOURCE = "[Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: {}{}]"
_EXPECTED = "JSON String, Number, Array, Object or token 'null', 'true' or 'false'"
_HEX = re.compile("[0-9a-fA-F]{4}")
_HEX_DIGITS = frozenset("0123456789abcdefABCDEF")
_MAX_DEPTH = 900
_NO_COMMENTS = (
    "maybe a (non-standard) comment? (not recognized as one since Feature 'ALLOW_COMMENTS' not enabled for parser)"
)
_NO_PLUS = (
    "JSON spec does not allow numbers to have plus signs:"
    " enable `JsonReadFeature.ALLOW_LEADING_PLUS_SIGN_FOR_NUMBERS` to allow"
)

_Around: TypeAlias = tuple[str, int]
"""What a value stands in: Array or Object, and where that begins."""


class JsonError(ValueError):
    """Text that is no JSON; the message is Jackson's."""


def read_json(text: str) -> Any:
    """The first JSON value of a text; what follows it is ignored, as Jackson does by default. Raises JsonError."""
    return read_first_json(text)[0]


def read_first_json(text: str) -> tuple[Any, str]:
    """The first JSON value of a text, and what follows it. Raises JsonError."""
    if not text.strip(" \t\r\n"):
        raise JsonError(f"No content to map due to end-of-input\n at {_SOURCE.format(1, '')}")
    try:
        value, end = _DECODER.raw_decode(text, _skip(text, 0))
    except (json.JSONDecodeError, RecursionError):
        _explain(text)
    following = text[end : end + 1]
    if isinstance(value, bool) or value is None:
        if following.isalnum() or following in ("_", "$"):
            _explain(text)
    elif isinstance(value, int | float) and following.strip(" \t\r\n"):
        _explain(text)
    return value, text[end:]


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
    end = _value(text, _skip(text, 0), (), 0)
    if text[end : end + 1].strip(" \t\r\n"):
        _unexpected(text, end, "Expected space separating root-level values")
    raise JsonError("Unexpected JSON")


def _at(text: str, place: int) -> str:
    line = text.count("\n", 0, place) + 1
    column = place - (text.rfind("\n", 0, place) + 1) + 1
    return _SOURCE.format(line, f", column: {column}")


def _shown(character: str) -> str:
    code = ord(character)
    if code > 0xFFFF:
        code = 0xD800 + (code - 0x10000 >> 10)
        character = "?"  # half a character, which can't be written
    if code > 255:
        return f"'{character}' (code {code} / {code:#x})"
    return f"(CTRL-CHAR, code {code})" if code <= 32 and character != " " else f"'{character}' (code {code})"


def _unexpected(text: str, place: int, wanted: str) -> NoReturn:
    raise JsonError(f"Unexpected character ({_shown(text[place])}): {wanted}\n at {_at(text, place)}")


def _end(text: str, where: str) -> NoReturn:
    raise JsonError(f"Unexpected end-of-input{where}\n at {_at(text, len(text))}")


def _end_of_value(text: str, around: _Around) -> NoReturn:
    """The text ends where a value, a comma or a bracket was due."""
    kind, start = around
    _end(text, f": expected close marker for {kind} (start marker at {_at(text, start)})")


def _value(text: str, place: int, around: _Around | tuple[()], depth: int) -> int:
    if depth > _MAX_DEPTH:
        raise JsonError(f"Document nesting depth ({depth}) exceeds the maximum allowed ({_MAX_DEPTH})")
    if place >= len(text):
        _end(text, f" within/between {around[0]} entries" if around else "")
    character = text[place]
    if character == "{":
        return _members(text, place, depth)
    if character == "[":
        return _elements(text, place, depth)
    if character == '"':
        return _string(text, place, ": was expecting closing quote for a string value")
    if character.isdigit() or character == "-":
        return _number(text, place)
    if character in "]}":
        _misplaced(text, place, around)
    word = _WORD.match(text, place)
    if character == "/":
        _unexpected(text, place, _NO_COMMENTS)
    if character == "+":
        _in_number(text, place, _NO_PLUS)
    if word:
        return _word(text, place, word[0])
    _unexpected(text, place, f"expected a valid value ({_EXPECTED})")


def _misplaced(text: str, place: int, around: _Around | tuple[()]) -> NoReturn:
    kind, start = around or ("root", -1)
    if kind == "Object" or (kind == "Array" and text[place] == "]"):
        _unexpected(text, place, f"expected a valid value ({_EXPECTED})")
    if start < 0:
        opened = "Array" if text[place] == "]" else "Object"
        message = f"Unexpected close marker '{text[place]}': no open {opened} to close"
        raise JsonError(f"{message}\n at {_at(text, place)}")
    wanted = "]"
    began = _at(text, start)
    message = f"Unexpected close marker '{text[place]}': expected '{wanted}' (for {kind} starting at {began})"
    raise JsonError(f"{message}\n at {_at(text, place)}")


def _odd_number(text: str, place: int, word: str) -> NoReturn:
    allow = "enable `JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS` to allow"
    raise JsonError(f"Non-standard token '{word}': {allow}\n at {_at(text, place + len(word))}")


def _word(text: str, place: int, word: str) -> int:
    if word in ("true", "false", "null"):
        return place + len(word)
    if word in ("NaN", "Infinity"):
        _odd_number(text, place, word)
    raise JsonError(f"Unrecognized token '{word}': was expecting ({_EXPECTED})\n at {_at(text, place)}")


def _string(text: str, place: int, where: str) -> int:
    match = _STRING.match(text, place)
    if match is not None:
        return match.end()
    index = place + 1
    while index < len(text):
        character = text[index]
        if character < " ":
            kind = "name" if "field" in where else "string value"
            has = f"has to be escaped using backslash to be included in {kind}"
            raise JsonError(f"Illegal unquoted character ({_shown(character)}): {has}\n at {_at(text, index)}")
        if character == "\\":
            escaped = text[index + 1 : index + 2]
            if escaped and escaped not in '"\\/bfnrtu':
                raise JsonError(f"Unrecognized character escape {_shown(escaped)}\n at {_at(text, index + 2)}")
            if escaped == "u" and not _HEX.match(text, index + 2):
                wrong = next((at for at in range(index + 2, len(text)) if text[at] not in _HEX_DIGITS), None)
                if wrong is not None:
                    _unexpected(text, wrong, "expected a hex-digit for character escape sequence")
            index += 1
        index += 1
    _end(text, where)


def _number(text: str, place: int) -> int:
    digits = place + text.startswith("-", place)
    if digits >= len(text):
        _end(text, "No digit following sign")
    for word in ("-Infinity", "-INF"):
        if text.startswith(word, place):
            _odd_number(text, place, word)
    if not text[digits].isdigit():
        _in_number(text, digits, "expected digit (0-9) to follow minus sign, for valid numeric value")
    if text[digits] == "0" and text[digits + 1 : digits + 2].isdigit():
        raise JsonError(f"Invalid numeric value: Leading zeroes not allowed\n at {_at(text, digits + 1)}")
    match = _NUMBER.match(text, place)
    end = match.end() if match else digits
    following = text[end : end + 1]
    if following == "." and "." not in text[place:end]:
        if end + 1 >= len(text):
            _in_number(text, end, "Decimal point not followed by a digit")
        wanted = "Decimal point not followed by a digit"
        shown = _shown(text[end + 1])
        raise JsonError(f"Unexpected character ({shown}) in numeric value: {wanted}\n at {_at(text, end)}")
    if following in ("e", "E"):
        after = end + 1 + (text[end + 1 : end + 2] in ("+", "-"))
        if after >= len(text):
            _end(text, "expected a digit for number exponent")
        _in_number(text, after, "Exponent indicator not followed by a digit")
    return end


def _in_number(text: str, place: int, wanted: str) -> NoReturn:
    character = text[place] if place < len(text) else "\0"
    raise JsonError(f"Unexpected character ({_shown(character)}) in numeric value: {wanted}\n at {_at(text, place)}")


def _members(text: str, start: int, depth: int) -> int:
    around = ("Object", start)
    place = _skip(text, start + 1)
    if text.startswith("}", place):
        return place + 1
    if place >= len(text):
        _end_of_value(text, around)
    while True:
        if place >= len(text):
            _end(text, " within/between Object entries")
        if text[place] == "]":
            began = _at(text, start)
            message = f"Unexpected close marker ']': expected '}}' (for Object starting at {began})"
            raise JsonError(f"{message}\n at {_at(text, place)}")
        if text[place] != '"':
            _unexpected(text, place, "was expecting double-quote to start field name")
        place = _skip(text, _string(text, place, " in field name"))
        if place >= len(text):
            _end(text, " within/between Object entries")
        if text[place] != ":":
            _unexpected(text, place, "was expecting a colon to separate field name and value")
        place = _skip(text, _value(text, _skip(text, place + 1), around, depth + 1))
        if text.startswith("}", place):
            return place + 1
        place = _after_comma(text, place, around)


def _elements(text: str, start: int, depth: int) -> int:
    around = ("Array", start)
    place = _skip(text, start + 1)
    if text.startswith("]", place):
        return place + 1
    if place >= len(text):
        _end_of_value(text, around)
    while True:
        place = _skip(text, _value(text, place, around, depth + 1))
        if text.startswith("]", place):
            return place + 1
        place = _after_comma(text, place, around)


def _after_comma(text: str, place: int, around: _Around) -> int:
    if place >= len(text):
        _end_of_value(text, around)
    if text[place] in "]}":
        wanted = "}" if around[0] == "Object" else "]"
        began = _at(text, around[1])
        message = f"Unexpected close marker '{text[place]}': expected '{wanted}' (for {around[0]} starting at {began})"
        raise JsonError(f"{message}\n at {_at(text, place)}")
    if text[place] != ",":
        _unexpected(text, place, f"was expecting comma to separate {around[0]} entries")
    return _skip(text, place + 1)
