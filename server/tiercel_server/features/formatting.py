"""A flow's text in one form: two blanks a level, lists below their key, no blanks at ends of lines.

format_text(text)             # the whole text in form; the same text where it can't be put in form safely
formatting_edits(text)        # the lines that change
"""

from __future__ import annotations

import difflib
import re
from collections import Counter
from dataclasses import dataclass

from tiercel_schemas.source.nodes import AliasNode, MappingNode, Node, Pair, ScalarNode, SequenceNode
from tiercel_schemas.source.parser import SourceFile, parse_source
from tiercel_schemas.source.spans import Span
from tiercel_schemas.source.text import SourceText
from tiercel_schemas.source.values import TooManyValuesError, plain_value

_STEP = 2
_DASH = re.compile(r"((?: *- +)* *)-( +)$")
_COMMENT = re.compile(r"^ *#")
_GAP = re.compile(r":[ \t]{2,}$")
_LONGEST = 2_000_000


@dataclass(frozen=True, slots=True)
class FormatEdit:
    """A stretch of the text, of whole lines, and what takes its place."""

    span: Span
    text: str


def format_text(text: str) -> str:
    """The text in form. Its values and comments stay as they are; where that can't be, the whole text does."""
    if len(text) > _LONGEST:
        return text
    source = parse_source(text)
    if source.problems or source.strays:
        return text
    formatted = _Formatter(source).formatted()
    return formatted if _means_the_same(source, formatted) else text


def formatting_edits(text: str, within: Span | None = None) -> list[FormatEdit]:
    """The edits that put a text in form, line by line; only those inside of `within` where it is given."""
    formatted = format_text(text)
    before, after = text.splitlines(keepends=True), formatted.splitlines(keepends=True)
    starts = [0]
    for line in before:
        starts.append(starts[-1] + len(line))
    edits = []
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for kind, first, last, new_first, new_last in matcher.get_opcodes():
        if kind == "equal":
            continue
        if last - first == new_last - new_first:
            pairs = zip(range(first, last), range(new_first, new_last), strict=True)
            edits += [FormatEdit(Span(starts[old], starts[old + 1]), after[new]) for old, new in pairs]
        else:
            edits.append(FormatEdit(Span(starts[first], starts[last]), "".join(after[new_first:new_last])))
    if within is None:
        return edits
    last = max(within.end, within.start + 1)
    chosen = [each for each in edits if within.start < each.span.end and each.span.start < last]
    part = text
    for edit in reversed(chosen):
        part = part[: edit.span.start] + edit.text + part[edit.span.end :]
    # A part of a text in form may not fit the rest of it.
    return chosen if _means_the_same(parse_source(text), part) else []


def _means_the_same(before: SourceFile, text: str) -> bool:
    after = parse_source(text)
    if after.problems or len(after.documents) != len(before.documents):
        return False
    if _comments(before.text.text) != _comments(text):
        return False
    try:
        return all(
            plain_value(one.root) == plain_value(two.root) and _anchors(one.root) == _anchors(two.root)
            for one, two in zip(before.documents, after.documents, strict=True)
        )
    except TooManyValuesError:
        return False


def _comments(text: str) -> Counter[str]:
    return Counter(line.partition("#")[2].strip() for line in text.splitlines() if "#" in line)


def _anchors(root: Node | None) -> list[str | None]:
    found: list[str | None] = []
    waiting = [root] if root is not None else []
    while waiting:
        node = waiting.pop()
        if isinstance(node, AliasNode):
            found.append(node.name)
            continue
        found += [node.anchor, node.tag]
        if isinstance(node, MappingNode):
            waiting += [each for pair in node.pairs for each in (pair.key, pair.value) if each is not None]
        elif isinstance(node, SequenceNode):
            waiting += node.items
    return found


class _Formatter:
    """Finds for each line how far it moves; what belongs to a scalar of several lines moves as one."""

    def __init__(self, source: SourceFile) -> None:
        self.source = source
        self.text: SourceText = source.text
        self.lines = [self.text.line_text(number) for number in range(self.text.line_count)]
        self.prefix: dict[int, tuple[int, str]] = {}
        """Lines whose beginning is written anew: how many characters go, and what comes."""
        self.moved: dict[int, int] = {}
        """Lines of scalars and brackets, and by how many columns they move."""
        self.kept: set[int] = set()
        """Lines of block scalars, whose blanks at the end count."""

    def formatted(self) -> str:
        for document in self.source.documents:
            if document.root is not None:
                self._node(document.root, 0)
        made: list[str] = []
        for number, line in enumerate(self.lines):
            made_line = self._line(number, line)
            if not made_line and number not in self.kept and (not made or not made[-1]):
                continue
            made.append(made_line)
        while made and not made[-1]:
            made.pop()
        end = "\r\n" if "\r\n" in self.text.text else "\n"
        tail = self._tail()
        return end.join(made) + tail if made else ""

    def _tail(self) -> str:
        end = "\r\n" if "\r\n" in self.text.text else "\n"
        last = max(self.kept, default=-1)
        blank = 0
        for number in range(self.text.line_count - 1, -1, -1):
            if self.lines[number].strip() or number > last:
                if self.lines[number].strip():
                    break
                continue
            blank += 1
        return end * (1 + blank)

    def _line(self, number: int, line: str) -> str:
        if number in self.kept:
            return self._shifted(line, self.moved.get(number, 0))
        if number in self.moved:
            return self._shifted(line, self.moved[number]).rstrip()
        if number in self.prefix:
            gone, new = self.prefix[number]
            return (new + line[gone:]).rstrip()
        if _COMMENT.match(line):
            return " " * self._comment_column(number) + line.strip()
        return line.rstrip()

    def _shifted(self, line: str, columns: int) -> str:
        if not line.strip(" ") and len(line) + columns <= 0:
            return ""
        if columns >= 0:
            return " " * columns + line if line else line
        blanks = len(line) - len(line.lstrip(" "))
        return line[min(-columns, blanks) :]

    def _comment_column(self, number: int) -> int:
        """Where a comment of its own goes: with the line below it, or with one above it that stands in its column."""
        column = len(self.lines[number]) - len(self.lines[number].lstrip(" "))
        for step, limit in ((1, len(self.lines)), (-1, -1)):
            at = number + step
            while at != limit:
                if at in self.prefix:
                    old = len(self.lines[at]) - len(self.lines[at].lstrip(" "))
                    new = len(self.prefix[at][1]) - len(self.prefix[at][1].lstrip(" "))
                    if not self.prefix[at][1].strip():
                        new = len(self.prefix[at][1])
                    if old == column or (step == 1 and old < column and self._is_last_before(number, at)):
                        return new if old == column else max(0, column + new - old)
                    break
                at += step
        return column

    def _is_last_before(self, number: int, at: int) -> bool:
        return not any(line in self.prefix for line in range(number, at))

    # --- the tree ----------------------------------------------------------------------------------------------

    def _node(self, node: Node, column: int) -> None:
        if isinstance(node, MappingNode) and not node.flow_style:
            for pair in node.pairs:
                self._pair(pair, column)
        elif isinstance(node, SequenceNode) and not node.flow_style:
            for item in node.items:
                self._item(item, column, " " * column)

    def _pair(self, pair: Pair, column: int) -> None:
        start = pair.key.span.start
        line = self.text.line_at(start)
        old = start - self.text.line_starts[line]
        if line not in self.prefix and not self.lines[line][:old].strip():
            self.prefix[line] = (old, " " * column)
        if pair.value is None:
            return
        self._tighten(pair, line)
        self._value(pair.value, line, old, column, nested=column + _STEP)

    def _tighten(self, pair: Pair, line: int) -> None:
        """One blank between a key and the value on its line."""
        value = pair.value
        if value is None or self.text.line_at(value.span.start) != line:
            return
        start = self.text.line_starts[line]
        between = self.lines[line][pair.key.span.end - start : value.span.start - start]
        if _GAP.fullmatch(between):
            gone, new = self.prefix.get(line, (0, ""))
            head = self.lines[line][gone : pair.key.span.end - start]
            self.prefix[line] = (value.span.start - start, f"{new}{head}: ")

    def _value(self, node: Node, line: int, old: int, new: int, nested: int) -> None:
        """What stands behind a key or a dash in the column `old`, which goes to `new`."""
        first = self.text.line_at(node.span.start)
        if isinstance(node, ScalarNode) and node.style in {"literal", "folded"}:
            self._block(node, old, new)
        elif isinstance(node, MappingNode | SequenceNode) and not node.flow_style:
            if first > line:
                self._node(node, nested)
        else:
            last = self.text.line_at(max(node.span.start, node.span.end - 1))
            for number in range(line + 1, last + 1):
                self.moved[number] = new - old if self.lines[number].strip() else 0

    def _block(self, node: ScalarNode, old: int, new: int) -> None:
        header = self.text.line_at(node.span.start)
        end = max(node.span.start, node.span.end - 1)
        last = self.text.line_at(end)
        head = self.lines[header][node.span.start - self.text.line_starts[header] :].split("#")[0]
        stated = any(character.isdigit() for character in head)
        shift = new - old if stated or not node.indent else new + _STEP - node.indent
        for number in range(header + 1, last + 1):
            self.moved[number] = shift
            self.kept.add(number)

    def _item(self, item: Node, column: int, lead: str) -> None:
        """An item whose dash goes to `column`; `lead` is what stands before it on its line."""
        start = item.span.start
        line = self.text.line_at(start)
        before = self.lines[line][: start - self.text.line_starts[line]]
        match = _DASH.fullmatch(before)
        if match is None:
            dash_line, old = self._dash_above(line)
            if dash_line is None:
                return
            self.prefix[dash_line] = (old + 1, " " * column + "-")
            self._value(item, dash_line, old, column, nested=column + _STEP)
            return
        old = len(match[1])
        self.prefix[line] = (len(before), f"{lead}- ")
        if isinstance(item, MappingNode) and not item.flow_style:
            for pair in item.pairs:
                self._pair(pair, column + _STEP)
        elif isinstance(item, SequenceNode) and not item.flow_style:
            for number, each in enumerate(item.items):
                self._item(each, column + _STEP, f"{lead}- " if number == 0 else " " * (column + _STEP))
        else:
            self._value(item, line, old, column, nested=column + _STEP)

    def _dash_above(self, line: int) -> tuple[int | None, int]:
        """The line of a dash that stands alone above an item."""
        while line > 0:
            line -= 1
            content = self.lines[line]
            if content.strip() == "-":
                return line, content.index("-")
            if content.strip() and not _COMMENT.match(content):
                return None, 0
        return None, 0
