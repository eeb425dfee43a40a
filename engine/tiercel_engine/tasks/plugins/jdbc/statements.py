"""SQL texts: parted into statements, and their parameters in a driver's own signs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

_PIECE = re.compile(
    r"""
    (?P<quoted>'(?:[^'\\]|''|\\.)*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`)
  | (?P<dollar>\$(?P<tag>[A-Za-z_]\w*)?\$.*?\$(?(tag)(?P=tag))\$)
  | (?P<comment>--[^\n]*|/\*.*?\*/)
  | (?P<end>;)
  | (?P<parameter>(?<![:\w]):(?P<name>[A-Za-z_]\w*))
  | (?P<mark>\?)
  | (?P<percent>%)
  | (?P<word>[A-Za-z_]\w*)
    """,
    re.VERBOSE | re.DOTALL,
)
_ROUTINES = frozenset({"TRIGGER", "PROCEDURE", "FUNCTION", "EVENT"})
_OPENING = frozenset({"BEGIN", "CASE"})
_NO_CLOSING = frozenset({"IF", "LOOP", "WHILE", "REPEAT"})


def statements(sql: str) -> list[str]:
    """The statements of a text, without the semicolons between them; those within routines stay."""
    return [text for text in (part.strip() for part in _parts(sql)) if _says_something(text)]


def _parts(sql: str) -> Iterator[str]:
    start, depth, words = 0, 0, list[str]()
    for match in _PIECE.finditer(sql):
        if match["word"]:
            word = match["word"].upper()
            in_routine = words[:1] == ["CREATE"] and not _ROUTINES.isdisjoint(words[:8])
            if in_routine and word in _OPENING and words[-1:] != ["END"]:
                depth += 1
            elif in_routine and word == "END":
                depth -= 1
            elif in_routine and word in _NO_CLOSING and words[-1:] == ["END"]:
                depth += 1
            words.append(word)
        elif match["end"] and depth <= 0:
            yield sql[start : match.start()]
            start, depth, words = match.end(), 0, []
    yield sql[start:]


def _says_something(text: str) -> bool:
    return bool(_PIECE.sub(lambda match: "" if match["comment"] else match[0], text).strip())


def bound(sql: str, parameters: Mapping[str, Any], sign: str) -> tuple[str, list[Any]]:
    """A statement with `:name` replaced by the driver's sign wherever such a parameter is given, and the values."""
    values = []

    def replaced(match: re.Match[str]) -> str:
        if match["parameter"] and match["name"] in parameters:
            values.append(parameters[match["name"]])
            return sign
        return _literal(match, sign)

    return _PIECE.sub(replaced, sql), values


def with_sign(sql: str, sign: str) -> str:
    """A statement whose `?` are replaced by the driver's sign."""
    return _PIECE.sub(lambda match: sign if match["mark"] else _literal(match, sign), sql)


def _literal(match: re.Match[str], sign: str) -> str:
    return match[0].replace("%", "%%") if sign == "%s" else match[0]
