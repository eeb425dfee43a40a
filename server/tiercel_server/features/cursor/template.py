"""The template that a cursor stands in."""

from __future__ import annotations

from dataclasses import dataclass

from tiercel_schemas.source.nodes import ScalarNode
from tiercel_schemas.source.scalar_offsets import ScalarOffsets
from tiercel_schemas.source.spans import Span
from tiercel_schemas.source.text import SourceText


@dataclass(frozen=True, slots=True)
class TemplateCursor:
    """A template's text and the cursor's index in it; `spans` leads from places in it to places in the document."""

    text: str
    index: int
    start: int
    offsets: ScalarOffsets | None = None

    def span(self, span: Span) -> Span:
        """The document's stretch for a stretch of the template."""
        return self.offsets.text_span(span) if self.offsets is not None else span.shifted(self.start)


def template_in_scalar(source: SourceText, node: ScalarNode, offset: int) -> TemplateCursor | None:
    """The template of a scalar, when the cursor is inside an expression or tag of it."""
    offsets = ScalarOffsets(source, node)
    index = offsets.value_index(offset)
    if not is_inside_expression(node.value, index):
        return None
    return TemplateCursor(node.value, index, node.span.start, offsets)


def template_in_text(source: SourceText, start: int, end: int, offset: int) -> TemplateCursor | None:
    """The template of a stretch of the document as it stands, where the tree has no scalar for it."""
    text = source.text[start:end]
    if not is_inside_expression(text, offset - start):
        return None
    return TemplateCursor(text, offset - start, start)


def is_inside_expression(text: str, index: int) -> bool:
    """Whether a `{{` or `{%` before `index` is still open there."""
    opened = max(text.rfind("{{", 0, index), text.rfind("{%", 0, index))
    if opened < 0 or opened + 2 > index:
        return False
    closer = "}}" if text[opened + 1] == "{" else "%}"
    return text.find(closer, opened + 2, index) < 0 and not _in_raw(text, opened)


def _in_raw(text: str, index: int) -> bool:
    raw = text.rfind("{% raw %}", 0, index)
    return raw >= 0 and text.find("{% endraw %}", raw, index) < 0
