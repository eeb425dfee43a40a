"""From an offset to the place that it stands in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from tiercel_schemas.source.locate import path_at
from tiercel_schemas.source.nodes import AliasNode, MappingNode, Node, Path, ScalarNode
from tiercel_schemas.source.parser import SourceDocument, SourceFile
from tiercel_schemas.source.spans import Span
from tiercel_schemas.source.text import SourceText
from tiercel_server.features.cursor.block import Enclosure, enclosure_at
from tiercel_server.features.cursor.brackets import scan_brackets
from tiercel_server.features.cursor.lines import Line, read_line
from tiercel_server.features.cursor.template import TemplateCursor, template_in_scalar, template_in_text

Role = Literal["key", "value", "item", "content", "comment"]
_FLOW_TOKEN_END = re.compile(r"[,\]}\r\n]|:\s|$")
_COMMENT = re.compile(r"(?:^|[ \t])#.*")


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a cursor stands.

    `role`: on a key (`path` leads to the mapping that holds it, or that would), on a value or an item of a list (`path`
    leads to it), in the `content` of a scalar of several lines, or in a comment. `prefix` is what stands between the
    start of the token and the cursor, `span` what an answer replaces, `quote` the quote that is open. `before_colon`: a
    colon follows the key. `column` is that of the token, `behind_dash` tells whether `- ` stands right before it,
    `in_brackets` whether it is inside `[…]` or `{…}`.
    """

    offset: int
    document: SourceDocument | None
    path: Path
    role: Role
    prefix: str
    span: Span
    quote: str = ""
    before_colon: bool = False
    behind_dash: bool = False
    column: int = 0
    in_brackets: bool = False
    template: TemplateCursor | None = None


def locate(file: SourceFile, offset: int) -> Cursor:
    """The place of an offset of the text."""
    source = file.text
    offset = min(max(offset, 0), len(source.text))
    document = file.document_at(offset)
    root = document.root if document is not None else None
    line = read_line(source, source.line_at(offset))
    place = path_at(root, offset)
    scalar = place.node if place is not None and place.role != "key" else None
    if place is not None and isinstance(scalar, ScalarNode) and _is_content(source, scalar, line):
        return _content(document, place.path, source, offset, template_in_scalar(source, scalar, offset))
    if _in_comment(source, line, offset):
        return Cursor(offset, document, (), "comment", "", Span(offset, offset))
    opening = _bracket_start(source, root, line, offset)
    if opening is not None:
        bracketed = _in_brackets(file, document, opening, offset, line, scalar)
        if bracketed is not None:
            return bracketed
    return _in_block(source, document, line, offset, scalar)


def _is_content(source: SourceText, scalar: ScalarNode, line: Line) -> bool:
    """Whether a line is in the middle of a scalar of several lines."""
    if scalar.style in {"literal", "folded"}:
        return line.number > source.line_at(scalar.span.start)
    return source.line_at(scalar.span.start) != source.line_at(scalar.span.end)


def _content(
    document: SourceDocument | None, path: Path, source: SourceText, offset: int, template: TemplateCursor | None
) -> Cursor:
    span = _word(source.text, offset)
    return Cursor(offset, document, path, "content", source.text[span.start : offset], span, template=template)


def _in_comment(source: SourceText, line: Line, offset: int) -> bool:
    before = source.text[line.start : offset]
    match = _COMMENT.search(before)
    if match is None:
        return False
    text = before[: match.start()]
    return text.count('"') % 2 == 0 and text.count("'") % 2 == 0


# --- brackets ------------------------------------------------------------------------------------------------


def _bracket_start(source: SourceText, root: Node | None, line: Line, offset: int) -> int | None:
    """The outermost bracket of flow style around an offset: of the tree, or on the line itself."""
    node = root
    while node is not None and not isinstance(node, ScalarNode | AliasNode):
        if node.flow_style and node.span.start < offset <= node.span.end:
            return None if source.text.startswith("{{", node.span.start) else node.span.start
        if isinstance(node, MappingNode):
            inside: list[Node] = [pair.value for pair in node.pairs if pair.value is not None]
        else:
            inside = list(node.items)
        node = next((each for each in inside if each.span.contains(offset)), None)
    value = line.value if line.value is not None else line.content
    if value < offset and source.text[value : value + 1] in {"[", "{"} and not source.text.startswith("{{", value):
        return value
    return None


def _in_brackets(
    file: SourceFile, document: SourceDocument | None, opening: int, offset: int, line: Line, scalar: Node | None
) -> Cursor | None:
    source = file.text
    found = scan_brackets(source.text, opening, offset)
    if found is None:
        return None
    opening_line = line if opening >= line.start else read_line(source, source.line_at(opening))
    base = _value_path(source, opening_line)
    path = (*base, *found.path)
    end = source.text.find(found.quote, offset) if found.quote else -1
    if end < 0 or end > line.end:
        match = _FLOW_TOKEN_END.search(source.text, offset, line.end)
        end = len(source.text[: match.start()].rstrip()) if match else line.end
    start = min(found.token, offset)
    template = None
    if found.role != "key":
        if isinstance(scalar, ScalarNode):
            template = template_in_scalar(source, scalar, offset)
        if template is None:
            template = template_in_text(source, start, max(end, offset), offset)
    colon = source.text[max(end, offset) : line.end].lstrip("\"'").startswith(":")
    return Cursor(
        offset, document, path, found.role, source.text[start:offset], Span(start, max(end, offset)), found.quote,
        before_colon=colon, in_brackets=True, template=template,
    )  # fmt: skip


def _value_path(source: SourceText, line: Line) -> Path:
    enclosure = enclosure_at(source, line.number, line.content - line.start, line.openers)
    return enclosure.path


# --- block style ---------------------------------------------------------------------------------------------


def _in_block(
    source: SourceText, document: SourceDocument | None, line: Line, offset: int, scalar: Node | None
) -> Cursor:
    before_key = line.value is None or (line.key_end is not None and offset <= line.key_end)
    if not before_key and line.value is not None:
        return _in_value(source, document, line, offset, scalar)
    return _in_key(source, document, line, offset, scalar)


def _in_value(
    source: SourceText, document: SourceDocument | None, line: Line, offset: int, scalar: Node | None
) -> Cursor:
    enclosure = enclosure_at(source, line.number, line.openers[0].column, line.openers)
    if enclosure.in_block_scalar and enclosure.scalar_line != line.number:
        return _in_left_scalar(source, document, enclosure, offset)
    assert line.value is not None
    return _typed_value(source, document, enclosure.path, "value", line, min(line.value, offset), offset, scalar)


def _typed_value(  # noqa: PLR0913, PLR0917 - the facts of a place
    source: SourceText,
    document: SourceDocument | None,
    path: Path,
    role: Role,
    line: Line,
    start: int,
    offset: int,
    scalar: Node | None,
    *,
    behind_dash: bool = False,
) -> Cursor:
    text = source.text
    whole = Span(start, line.end)
    quote = text[start] if start < offset and text[start] in "\"'" else ""
    if quote:
        start += 1
        closing = text.find(quote, offset, line.end)
        end = closing if closing >= 0 else line.end
    else:
        comment = _COMMENT.search(text, offset, line.end)
        end = max(offset, len(text[: comment.start() if comment else line.end].rstrip()))
    template = template_in_scalar(source, scalar, offset) if isinstance(scalar, ScalarNode) else None
    if template is None:
        template = template_in_text(source, *whole, offset)
    return Cursor(
        offset, document, path, role, text[start:offset], Span(start, end), quote,
        column=start - line.start, behind_dash=behind_dash, template=template,
    )  # fmt: skip


def _in_key(
    source: SourceText, document: SourceDocument | None, line: Line, offset: int, scalar: Node | None
) -> Cursor:
    start = min(line.content, offset)
    column = start - line.start
    dashes = tuple(opener for opener in line.openers if opener.kind == "dash" and opener.column < column)
    enclosure = enclosure_at(source, line.number, column, dashes)
    if enclosure.in_block_scalar:
        return _in_left_scalar(source, document, enclosure, offset)
    if dashes and line.key_end is None:
        return _typed_value(source, document, enclosure.path, "item", line, start, offset, scalar, behind_dash=True)
    if enclosure.closed:
        return _content(document, enclosure.path, source, offset, template_in_text(source, start, line.end, offset))
    end = line.key_end if line.key_end is not None else max(offset, len(source.text[: line.end].rstrip()))
    return Cursor(
        offset, document, enclosure.path, "key", source.text[start:offset], Span(start, max(end, offset)),
        before_colon=line.key_end is not None, behind_dash=bool(dashes), column=column,
        template=template_in_text(source, start, line.end, offset),
    )  # fmt: skip


def _in_left_scalar(source: SourceText, document: SourceDocument | None, enclosure: Enclosure, offset: int) -> Cursor:
    """In the content of a block scalar of which the tree does not know, as on a blank line at its end."""
    start = source.line_span(enclosure.scalar_line).end
    end = source.line_span(source.line_at(offset)).end
    return _content(document, enclosure.path, source, offset, template_in_text(source, start, end, offset))


def _word(text: str, offset: int) -> Span:
    start = end = offset
    while start > 0 and (text[start - 1].isalnum() or text[start - 1] == "_"):
        start -= 1
    while end < len(text) and (text[end].isalnum() or text[end] == "_"):
        end += 1
    return Span(start, end)
