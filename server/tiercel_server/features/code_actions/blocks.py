"""Whole lines of a flow: the items of its lists and the keys of its mappings, with the comments that belong to them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tiercel_schemas.source.nodes import MappingNode, Node, ScalarNode, children
from tiercel_schemas.source.spans import Span
from tiercel_schemas.source.text import SourceText

_DASH = re.compile(r" *-(?: +|$)")


@dataclass(frozen=True, slots=True)
class Block:
    """Lines `first` to `last`, both included, whose content begins at `column` (that of the dash, or of the key)."""

    first: int
    last: int
    column: int

    def span(self, text: SourceText) -> Span:
        """From the start of the first line to the start of the line after the last."""
        end = text.line_starts[self.last + 1] if self.last + 1 < text.line_count else len(text.text)
        return Span(text.line_starts[self.first], end)


def item_block(text: SourceText, node: Node) -> Block | None:
    """The lines of an item of a block list; None where its dash doesn't begin a line alone."""
    line = text.line_at(node.span.start)
    before = text.text[text.line_starts[line] : node.span.start]
    if _DASH.fullmatch(before) is None:
        return None
    column = len(before) - len(before.lstrip(" "))
    return _with_comments(text, line, last_line(text, node), column)


def pair_blocks(text: SourceText, node: MappingNode) -> list[Block] | None:
    """The lines of each pair of a block mapping, in order; None where two share a line.

    The first pair may stand behind a dash; its comments above are left to the item.
    """
    if node.flow_style or not node.pairs:
        return None
    blocks: list[Block] = []
    column = text.position(node.pairs[0].key.span.start).column
    for number, pair in enumerate(node.pairs):
        start = pair.key.span.start
        line = text.line_at(start)
        before = text.text[text.line_starts[line] : start]
        if text.position(start).column != column or (before.strip() and (number or _DASH.fullmatch(before) is None)):
            return None
        last = last_line(text, pair.value) if pair.value is not None else text.line_at(pair.key.span.end)
        last = max(last, line)
        found = _with_comments(text, line, last, column, below_only=bool(before.strip()))
        if blocks and found.first <= blocks[-1].last:
            return None
        blocks.append(found)
    return blocks


def last_line(text: SourceText, node: Node) -> int:
    """The last line that a node has a part in; of a block scalar that keeps its end the blank lines too."""
    end = node.span.end
    leaf: Node = node
    while below := [child for _, child in children(leaf)]:
        leaf = max(below, key=lambda each: each.span.end)
    keeps = (
        isinstance(leaf, ScalarNode)
        and leaf.style in {"literal", "folded"}
        and "+" in text.text[leaf.span.start : leaf.span.start + 3]
    )
    if not keeps:
        end = len(text.text[:end].rstrip())
    elif text.text[end - 1 : end] == "\n":
        end -= 1
    return text.line_at(max(end, node.span.start))


def _with_comments(text: SourceText, first: int, last: int, column: int, *, below_only: bool = False) -> Block:
    while not below_only and first > 0 and _is_comment(text, first - 1, column):
        first -= 1
    while last + 1 < text.line_count and _is_comment(text, last + 1, None) and _indent(text, last + 1) > column:
        last += 1
    return Block(first, last, column)


def _is_comment(text: SourceText, line: int, column: int | None) -> bool:
    content = text.line_text(line)
    return content.lstrip(" ").startswith("#") and (column is None or _indent(text, line) == column)


def _indent(text: SourceText, line: int) -> int:
    content = text.line_text(line)
    return len(content) - len(content.lstrip(" "))


def block_lines(text: SourceText, block: Block) -> list[str]:
    """The lines of a block without their ends."""
    return [text.line_text(number) for number in range(block.first, block.last + 1)]


def shifted(lines: list[str], columns: int) -> list[str]:
    """Lines further to the right, or to the left as far as they have blanks; empty ones stay empty."""
    if columns >= 0:
        return [" " * columns + line if line else line for line in lines]
    return [line[min(-columns, len(line) - len(line.lstrip(" "))) :] for line in lines]


def line_end(text: SourceText) -> str:
    """How the text ends its lines."""
    return "\r\n" if "\r\n" in text.text else "\n"


def joined(text: SourceText, lines: list[str]) -> str:
    """Lines with the text's line ends, the last one too."""
    end = line_end(text)
    return "".join(line + end for line in lines)


def covered(blocks: list[Block]) -> Block:
    """From the first of these to the last."""
    return Block(blocks[0].first, blocks[-1].last, blocks[0].column)


def unique_name(wanted: str, taken: set[str]) -> str:
    """The name, with a number behind it where it is taken."""
    if wanted not in taken:
        return wanted
    number = 2
    while f"{wanted}_{number}" in taken:
        number += 1
    return f"{wanted}_{number}"


def lines_of(text: str) -> Iterator[str]:
    """The lines of a text that is put together here."""
    yield from text.split("\n")
