"""JSON texts, with complaints in the words that authors know from Kestra's reader."""

from __future__ import annotations

import json
import re
from typing import Any

_SOURCE = "[Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: {}, column: {}]"
_TOKEN = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")
_NUMBER_END = re.compile(r"[\s\]}]|$")
_VALUES = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')"
_STRINGS = re.compile(r'"(?:[^"\\]|\\.)*"?', re.DOTALL)


class NotJson(ValueError):  # noqa: N818
    """A text that is no JSON; its text is the complaint, with the place."""


def parse_json(text: str) -> Any:
    """The first value of a text; what follows it is not read. Raises `NotJson`."""
    start = len(text) - len(text.lstrip(" \t\r\n"))
    if start == len(text):
        raise _complaint("No content to map due to end-of-input", text, -1)
    try:
        value, end = _DECODER.raw_decode(text, start)
    except json.JSONDecodeError as error:
        raise _explained(error, text) from error
    except RecursionError as error:
        raise NotJson("Document nesting depth exceeds the maximum allowed (1000)") from error
    if isinstance(value, (int, float)) and not isinstance(value, bool) and not _NUMBER_END.match(text, end):
        found = text[end]
        raise _complaint(
            f"Unexpected character ({_shown(found)}): Expected space separating root-level values", text, end
        )
    return value


def _no_constant(name: str) -> Any:
    raise NotJson(f"Non-standard token '{name}': enable `JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS` to allow")


_DECODER = json.JSONDecoder(parse_constant=_no_constant, strict=True)


def _explained(error: json.JSONDecodeError, text: str) -> NotJson:
    place = error.pos
    opening = _open_bracket(text[:place])
    if place >= len(text) or error.msg.startswith("Unterminated string"):
        return _at_end(text, opening)
    found = text[place]
    if error.msg.startswith("Expecting value"):
        token = _TOKEN.match(text, place)
        if token:
            return _complaint(f"Unrecognized token '{token[0]}': was expecting {_VALUES}", text, place)
        wanted = f"expected a valid value {_VALUES}"
    elif error.msg.startswith(("Expecting property name", "Illegal trailing comma before end of object")):
        wanted = "was expecting double-quote to start field name"
    elif error.msg.startswith("Expecting ':'"):
        wanted = "was expecting a colon to separate field name and value"
    elif error.msg.startswith("Expecting ','"):
        entries = "Array" if opening and opening[0] == "[" else "Object"
        wanted = f"was expecting comma to separate {entries} entries"
    else:
        return _complaint(error.msg, text, place)
    return _complaint(f"Unexpected character ({_shown(found)}): {wanted}", text, place)


def _at_end(text: str, opening: tuple[str, int] | None) -> NotJson:
    if opening is None:
        return _complaint("Unexpected end-of-input", text, len(text) - 1)
    name = "Array" if opening[0] == "[" else "Object"
    marker = _SOURCE.format(*_line_and_column(text, opening[1]))
    what = f"Unexpected end-of-input: expected close marker for {name} (start marker at {marker})"
    return _complaint(what, text, len(text))


def _open_bracket(text: str) -> tuple[str, int] | None:
    opened: list[tuple[str, int]] = []
    bare = _STRINGS.sub(lambda match: " " * len(match[0]), text)
    for index, character in enumerate(bare):
        if character in "[{":
            opened.append((character, index))
        elif character in "]}" and opened:
            opened.pop()
    return opened[-1] if opened else None


def _shown(character: str) -> str:
    return f"'{character}' (code {ord(character)})"


def _line_and_column(text: str, place: int) -> tuple[int, int]:
    before = text[: max(place, 0)]
    line = before.count("\n") + 1
    return line, place - (before.rfind("\n") + 1) + 1


def _complaint(what: str, text: str, place: int) -> NotJson:
    return NotJson(f"{what}\n at {_SOURCE.format(*_line_and_column(text, place))}")
