"""Mending of a text that YAML can't read, so that the rest of it still answers.

A mending either sets one character (a forgotten quote, bracket or colon at the end of a line) or leaves a line out.
Offsets in the mended text are turned back into offsets of the author's text, so nothing outside this module knows
that it happened.
"""

from __future__ import annotations

import re
from bisect import bisect_left, insort
from itertools import chain, pairwise

import yaml

from tiercel_schemas.source.faults import Fault, find_fault
from tiercel_schemas.source.problems import SourceProblem
from tiercel_schemas.source.spans import Span
from tiercel_schemas.source.text import SourceText

# What libyaml refuses as a character, and what Python can't encode at all.
_UNREADABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_BRACKET = re.compile(r"[\[\]{}]")
_BYTE_ORDER_MARK = "\ufeff"
_REPORTED_CHARACTERS = 20
# After so many places at fault the rest of the text is left out, so that reading always ends.
_MOST_MENDINGS = 40
# libyaml's time grows with the square of open brackets; no flow comes near this many.
_OPEN_BRACKETS = 500


class Mending:
    """A text on its way to being readable: `current` is what the scanner gets."""

    def __init__(self, source: SourceText) -> None:
        self.source = source
        self.problems: list[SourceProblem] = []
        self.strays: list[Span] = []
        self._skipped = len(_BYTE_ORDER_MARK) if source.text.startswith(_BYTE_ORDER_MARK) else 0
        self._readable = _UNREADABLE.sub(" ", source.text)
        self._left_out: set[int] = set()
        self._insertions: list[tuple[int, str]] = []
        self._places: list[int] = []
        self._mendings = 0
        self._tried: set[tuple[str, int]] = set()
        self._report_unreadable_characters()
        self._cut_at_too_many_brackets()
        self.current = self._readable[self._skipped :]

    def original_offset(self, offset: int) -> int:
        """The author's offset for an offset of the mended text."""
        offset += self._skipped
        return min(offset - bisect_left(self._places, offset), len(self.source))

    def is_missing_value(self, span: Span) -> bool:
        """Whether an empty value stands there only because a colon was set."""
        return span.start == span.end and (span.start, ":") in self._insertions

    def mend(self, error: yaml.YAMLError) -> None:
        """Report the scanner's error and change `current` so that the next reading gets further."""
        self._mendings += 1
        if self._mendings > _MOST_MENDINGS or not isinstance(error, yaml.MarkedYAMLError):
            self.problems.append(SourceProblem("yaml-syntax", "Not readable as YAML.", Span(0, 0)))
            self._insertions.clear()
            self._leave_out(range(self.source.line_count))
            return
        fault = find_fault(self.source, error, self._line_of_mark)
        line = self._line_with_content(fault.line)
        self.problems.append(SourceProblem("yaml-syntax", fault.message, self._content(line)))
        if self._mendings == _MOST_MENDINGS:
            self._leave_out(range(line, self.source.line_count))
        elif fault.missing is not None and line == fault.line and self._is_first_try(fault, line):
            self._insert(fault.missing_at, fault.missing)
        else:
            self._leave_out([line])

    def _report_unreadable_characters(self) -> None:
        for match in _UNREADABLE.finditer(self.source.text):
            name = f"U+{ord(match.group()):04X}"
            message = f"The character {name} may not stand in YAML; remove it or write it as an escape."
            self.problems.append(SourceProblem("yaml-syntax", message, Span(*match.span())))
            if len(self.problems) >= _REPORTED_CHARACTERS:
                return

    def _cut_at_too_many_brackets(self) -> None:
        if self._readable.count("[") + self._readable.count("{") <= _OPEN_BRACKETS:
            return
        depth = 0
        for match in _BRACKET.finditer(self._readable):
            depth = max(depth + (1 if match.group() in "[{" else -1), 0)
            if depth > _OPEN_BRACKETS:
                message = f"More than {_OPEN_BRACKETS} brackets are open here; the rest is not read."
                place = Span(match.start(), match.end())
                self.problems.append(SourceProblem("nested-too-deeply", message, place))
                self._readable = self._readable[: match.start()]
                return

    def _line_of_mark(self, mark: yaml.Mark) -> int:
        offset: int = mark.index
        return self.source.line_at(self.original_offset(offset))

    def _line_with_content(self, line: int) -> int:
        # The scanner often notices a fault only on a later line, which may be empty or left out already.
        for candidate in chain(range(line, -1, -1), range(line + 1, self.source.line_count)):
            if candidate not in self._left_out and self._has_content(candidate):
                return candidate
        return line

    def _is_first_try(self, fault: Fault, line: int) -> bool:
        attempt = (fault.missing or "", line)
        if attempt in self._tried:
            return False
        self._tried.add(attempt)
        return True

    def _has_content(self, line: int) -> bool:
        # A tab counts: the scanner stumbles over it even where nothing follows.
        return bool(self.source.line_text(line).strip(" "))

    def _content(self, line: int) -> Span:
        span = self.source.line_span(line)
        text = self.source.slice(span)
        content = text.strip() or text.strip(" ")
        start = span.start + text.index(content)
        return Span(start, start + len(content))

    def _insert(self, offset: int, character: str) -> None:
        insort(self._insertions, (offset, character))
        self._rebuild()

    def _leave_out(self, lines: range | list[int]) -> None:
        for line in lines:
            if line in self._left_out or not self._has_content(line):
                continue
            self._left_out.add(line)
            self.strays.append(self._content(line))
            span = self.source.line_span(line)
            self._insertions = [each for each in self._insertions if not span.contains(each[0])]
        self._rebuild()

    def _rebuild(self) -> None:
        text = self._readable
        if self._left_out:
            starts = [*self.source.line_starts, len(text)]
            lines = [text[start:end] for start, end in pairwise(starts)]
            for line in self._left_out:
                content = self.source.line_span(line)
                lines[line] = " " * (content.end - content.start) + text[content.end : starts[line + 1]]
            text = "".join(lines)
        for offset, character in reversed(self._insertions):
            text = text[:offset] + character + text[offset:]
        self._places = [offset + index for index, (offset, _) in enumerate(self._insertions)]
        self.current = text[self._skipped :]
