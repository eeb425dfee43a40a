"""What a single line of block style says: its dashes, its key, and where its value begins."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from tiercel_schemas.source.text import SourceText

_PLAIN_KEY = r"""[^\s#&*!|>%@`"'\[\]{},?:-][^#\n]*?|[-?:][^\s][^#\n]*?"""
_KEY = re.compile(rf"""(?:"((?:[^"\\]|\\.)*)"|'((?:[^']|'')*)'|({_PLAIN_KEY}))[ \t]*:(?=\s|$)""")
_BLOCK_HEADER = re.compile(r"(?:[&!]\S+\s+)*[|>][-+0-9]*\s*(?:#.*)?$")
_LONGEST_LINE = 2_000


@dataclass(frozen=True, slots=True)
class Opener:
    """A dash or a key that holds what is indented further: its column and, for a key, its name and inline value."""

    column: int
    kind: Literal["dash", "key"]
    name: str = ""
    rest: str = ""

    @property
    def is_block_scalar(self) -> bool:
        """Whether a block scalar begins on this line."""
        return bool(_BLOCK_HEADER.match(self.rest))

    @property
    def has_inline_value(self) -> bool:
        """Whether the value stands on the line itself, so that nothing may be nested below."""
        rest = self.rest.strip()
        return bool(rest) and not rest.startswith(("#", "&", "!"))


@dataclass(frozen=True, slots=True)
class Line:
    """A line taken apart. `content` is the offset behind indentation and dashes, `value` that behind `key:` and blanks.

    `value` is None where the line has no key. `indent` is the column of its first character.
    """

    number: int
    start: int
    end: int
    indent: int
    openers: tuple[Opener, ...]
    content: int
    key_end: int | None = None
    value: int | None = None

    @property
    def dashes(self) -> int:
        """How many `- ` the line begins with."""
        return sum(opener.kind == "dash" for opener in self.openers)


def read_line(source: SourceText, number: int) -> Line:
    """Take a line apart."""
    start, end = source.line_span(number)
    text = source.text[start : min(end, start + _LONGEST_LINE)]
    at = len(text) - len(text.lstrip(" "))
    indent = at
    openers: list[Opener] = []
    while text.startswith("-", at) and (at + 1 == len(text) or text[at + 1] in " \t"):
        openers.append(Opener(at, "dash", rest=text[at + 1 :]))
        at += 1
        while at < len(text) and text[at] in " \t":
            at += 1
    content = start + at
    match = _KEY.match(text, at)
    if match is None or text.startswith("#", at):
        return Line(number, start, end, indent, tuple(openers), content)
    name = next(group for group in match.groups() if group is not None)
    openers.append(Opener(at, "key", name, text[match.end() :]))
    value = match.end()
    while value < len(text) and text[value] in " \t":
        value += 1
    return Line(number, start, end, indent, tuple(openers), content, start + match.end() - 1, start + value)


def is_blank(source: SourceText, number: int) -> bool:
    """Whether a line holds nothing or only a comment."""
    text = source.line_text(number).strip()
    return not text or text.startswith("#")


def is_document_break(source: SourceText, number: int) -> bool:
    """Whether a line separates documents."""
    return source.line_text(number).rstrip() in {"---", "..."} or source.line_text(number).startswith("--- ")
