"""What the YAML scanner's errors mean to an author: the line at fault, in plain words, and what would mend it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import yaml

from tiercel_schemas.source.text import SourceText

_COMMENT = re.compile(r"(^|\s+)#.*$")
_UNQUOTED_EXPRESSION = re.compile(r"(:|-)\s+\{\{")
_OPENING_QUOTE = re.compile(r"(?:^\s*|[:-]\s+)([\"'])")
_LONE_WORD = re.compile(r"((?: |- )*)\w[\w.-]*\s*(?:#.*)?$")
_KEY = re.compile(r"( *)\w[\w.-]*:(?:\s|$)")
_LONGEST_QUOTED = 200
_CLOSERS = {"{": "}", "[": "]"}


@dataclass(frozen=True, slots=True)
class Fault:
    """A line at fault. `missing` is the character that would mend it, set at offset `missing_at`."""

    line: int
    message: str
    missing: str | None = None
    missing_at: int = 0


def find_fault(  # noqa: PLR0911 - a return a kind of fault
    source: SourceText, error: yaml.MarkedYAMLError, line_of: Callable[[yaml.Mark], int]
) -> Fault:
    """The fault behind a scanner's or parser's error; `line_of` gives the author's line of a mark."""
    context, problem = error.context or "", error.problem or ""
    found = line_of(error.problem_mark) if error.problem_mark is not None else source.line_count - 1
    began = line_of(error.context_mark) if error.context_mark is not None else found
    if "simple key" in context and "':'" in problem:
        return Fault(
            began,
            "Neither `key: value` nor a list item: a `:` is missing after the key.",
            ":",
            _content_end(source, began),
        )
    if "quoted scalar" in context and "unexpected end of stream" in problem:
        quote = _open_quote(source.line_text(began))
        return Fault(began, f"The quote {quote} is never closed.", quote, source.line_span(began).end)
    if "quoted scalar" in context:
        return Fault(found, f"This quoted text can't be read: {_plain(problem)}.")
    if (open_line := _quote_left_open(source, error.problem_mark, found)) is not None:
        quote = _open_quote(source.line_text(open_line))
        return Fault(open_line, f"The quote {quote} is never closed.", quote, _content_end(source, open_line))
    for line in (found, began):
        if _UNQUOTED_EXPRESSION.search(source.line_text(line)):
            return Fault(line, 'A value that begins with `{{` must be quoted: `"{{ … }}"`.')
    if "flow mapping" in context or "flow sequence" in context:
        return _flow_fault(source, began, found)
    if "cannot start any token" in problem:
        return _character_fault(source, found)
    if "mapping values are not allowed" in problem:
        if (half_typed := _half_typed_key_above(source, found)) is not None:
            end = _content_end(source, half_typed)
            return Fault(half_typed, "A `:` is missing after the key.", ":", end)
        return Fault(
            found,
            "A second `: ` on the line (or a key indented further than those above it): "
            "quote the value, or set it on the column of its siblings.",
        )
    if "block mapping" in context or "block collection" in context or "block sequence" in context:
        return Fault(found, "This line doesn't line up with those above it: check its indentation.")
    return Fault(found, f"Not readable as YAML: {_plain(problem or context)}.")


def _half_typed_key_above(source: SourceText, found: int) -> int | None:
    """The line right above that is a lone word in the column of this line's key: a half-typed first key."""
    line = found - 1
    while line >= 0 and not _COMMENT.sub("", source.line_text(line)).strip():
        line -= 1
    if line < 0:
        return None
    word, key = _LONE_WORD.match(source.line_text(line)), _KEY.match(source.line_text(found))
    return line if word is not None and key is not None and len(word[1]) == len(key[1]) else None


def _flow_fault(source: SourceText, began: int, found: int) -> Fault:
    content = source.line_text(began)
    closer = _unclosed(content)
    if closer is None:
        return Fault(found, "A `,` or the closing bracket is missing in this list or map.")
    opener = next(opening for opening, closing in _CLOSERS.items() if closing == closer)
    return Fault(began, f"The `{opener}` is never closed.", closer, _content_end(source, began))


def _quote_left_open(source: SourceText, mark: yaml.Mark | None, found: int) -> int | None:
    """The line above whose quote was closed by mistake where the next quoted text begins, so that its words follow."""
    content = source.line_text(found)
    if mark is None or not 0 < mark.column <= len(content) or content[mark.column - 1] not in "\"'":
        return None
    quote = content[mark.column - 1]
    for line in range(found - 1, max(found - _LONGEST_QUOTED, -1), -1):
        above = source.line_text(line)
        opening = _OPENING_QUOTE.search(above)
        if opening is not None and opening[1] == quote and above.count(quote, opening.start(1)) == 1:
            return line
        if quote in above:
            return None
    return None


def _character_fault(source: SourceText, line: int) -> Fault:
    content = source.line_text(line)
    if "\t" in content[: len(content) - len(content.lstrip())]:
        return Fault(line, "A tab can't indent YAML; use spaces.")
    value = content.partition(": ")[2].strip() or content.strip().removeprefix("- ")
    return Fault(line, f"A plain value can't begin with {value[:1]!r}; quote it.")


def _open_quote(content: str) -> str:
    single, double = content.find("'"), content.find('"')
    return '"' if single < 0 or 0 <= double < single else "'"


def _unclosed(content: str) -> str | None:
    closers: list[str] = []
    for character in _COMMENT.sub("", content):
        if character in _CLOSERS:
            closers.append(_CLOSERS[character])
        elif closers and character == closers[-1]:
            closers.pop()
    return closers[-1] if closers else None


def _content_end(source: SourceText, line: int) -> int:
    span = source.line_span(line)
    return span.start + len(_COMMENT.sub("", source.slice(span)).rstrip())


def _plain(problem: str) -> str:
    return problem.strip().rstrip(".") or "unexpected text"
