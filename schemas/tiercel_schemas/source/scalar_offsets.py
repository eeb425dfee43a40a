"""From a place in a scalar's value to its place in the text, through quotes, escapes, folding and indentation."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from tiercel_schemas.source.nodes import ScalarNode
from tiercel_schemas.source.spans import Span
from tiercel_schemas.source.text import SourceText

_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))", re.DOTALL)
_LINE_BREAK = re.compile(r"\r\n|[\r\n\x85\u2028\u2029]")
_PROPERTIES = re.compile(r"(?:[&!]\S*[ \t]+)+")
_ESCAPED = {
    "0": "\0", "a": "\a", "b": "\b", "t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r", "e": "\x1b",
    "N": "\x85", "_": "\xa0", "L": "\u2028", "P": "\u2029",
}  # fmt: skip
# What stands in a value for a line break of the text; the last two are kept as they are.
_FOLDED = " \n\u2028\u2029"
_Placed = list[tuple[str, int]]


class ScalarOffsets:
    """The places of one scalar's characters; made once for all the look-ups in it."""

    def __init__(self, text: SourceText, node: ScalarNode) -> None:
        self._text = text
        self._node = node
        self._start = content_start(text, node)
        is_block = node.style in {"literal", "folded"}
        self._is_verbatim = not is_block and text.text.startswith(node.value, self._start)
        self._places = [] if self._is_verbatim else _align(node.value, self._lines(), self._start)

    def text_offset(self, index: int) -> int:
        """The text's offset of the value's character `index`; past the value it is the end of the content."""
        index = max(index, 0)
        if self._is_verbatim:
            return self._start + min(index, len(self._node.value))
        if index < len(self._places):
            return self._places[index]
        return self._places[-1] + 1 if self._places else self._start

    def text_span(self, span: Span) -> Span:
        """The stretch of the text for a stretch of the value."""
        start = self.text_offset(span.start)
        if span.end <= span.start:
            return Span(start, start)
        return Span(start, max(start, self.text_offset(span.end - 1) + 1))

    def value_index(self, offset: int) -> int:
        """The value's character at, or first after, an offset of the text."""
        if self._is_verbatim:
            return min(max(offset - self._start, 0), len(self._node.value))
        return bisect_left(self._places, offset)

    def _lines(self) -> Iterator[_Placed]:
        """The characters that each line of the text gives to the value, with their places."""
        node = self._node
        lines = _line_spans(self._text.text, node.span)
        if node.style in {"literal", "folded"}:
            for start, end in lines[1:]:
                yield [(self._text.text[at], at) for at in range(min(start + node.indent, end), end)]
            return
        closing = 1 if node.style in {"single", "double"} and node.span.end > self._start else 0
        for number, line in enumerate(lines):
            is_first, is_last = number == 0, number == len(lines) - 1
            start = self._start if is_first else _past_blanks(self._text.text, line)
            end = node.span.end - closing if is_last else _before_blanks(self._text.text, line)
            yield _unescaped(self._text.text, start, max(start, end), node.style)


def content_start(text: SourceText, node: ScalarNode) -> int:
    """Where a scalar's own text begins: behind its anchor, its tag and its opening quote."""
    start = node.span.start
    if node.anchor is not None or node.tag is not None:
        properties = _PROPERTIES.match(text.text, start, node.span.end)
        start = properties.end() if properties is not None else start
    return start + (1 if node.style in {"single", "double"} else 0)


def _past_blanks(text: str, line: Span) -> int:
    start = line.start
    while start < line.end and text[start] in " \t":
        start += 1
    return start


def _before_blanks(text: str, line: Span) -> int:
    end = line.end
    while end > line.start and text[end - 1] in " \t":
        end -= 1
    return end


def _line_spans(text: str, span: Span) -> list[Span]:
    """The lines that a scalar reaches over, as YAML 1.1 breaks them: at three signs more than editors do."""
    spans, start = [], span.start
    for match in _LINE_BREAK.finditer(text, span.start, span.end):
        spans.append(Span(start, match.start()))
        start = match.end()
    return [*spans, Span(start, span.end)]


def _unescaped(text: str, start: int, end: int, style: str) -> _Placed:
    placed: _Placed = []
    at = start
    while at < end:
        if style == "single" and text.startswith("''", at):
            placed.append(("'", at))
            at += 2
        elif style == "double" and (escape := _ESCAPE.match(text, at, end)):
            code = escape[1] or escape[2] or escape[3]
            placed.append((chr(int(code, 16)) if code else _ESCAPED.get(escape[4], escape[4]), at))
            at = escape.end()
        else:
            placed.append((text[at], at))
            at += 1
    if style == "double" and placed and placed[-1][0] == "\\" and text[placed[-1][1] : end] == "\\":
        placed.pop()  # An escaped line break gives nothing.
    return placed


def _align(value: str, lines: Iterator[_Placed], start: int) -> list[int]:
    """Lay the lines' characters along the value; what the value has between two lines stands for the break."""
    places: list[int] = []
    previous = start
    for placed in lines:
        if not placed:
            continue
        content = "".join(character for character, _ in placed)
        at = len(places)
        while at < len(value) and value[at] in _FOLDED and not value.startswith(content, at):
            at += 1
        if not value.startswith(content, at):
            continue  # A comment or a header: nothing of it is in the value.
        places.extend([previous] * (at - len(places)))
        places.extend(place for _, place in placed)
        previous = placed[-1][1] + 1
    places.extend([previous] * (len(value) - len(places)))
    return places
