"""The templates of a flow: scalars that hold an expression, read, with the ways between their text and the file's."""

from __future__ import annotations

from functools import cached_property

from tiercel_schemas.expressions import Template, parse_template
from tiercel_schemas.source.scalar_offsets import ScalarOffsets
from tiercel_schemas.source.spans import Span
from tiercel_schemas.source.text import SourceText
from tiercel_schemas.versions import KestraVersion
from tiercel_server.analysis.typed_values import Owner, Rendering, TypedValue


class TemplateSite:
    """A scalar that may hold expressions. Spans of `template` are offsets in `value.node.value`."""

    def __init__(self, value: TypedValue, text: SourceText, version: KestraVersion) -> None:
        self.value = value
        self._text = text
        self._version = version

    @property
    def owner(self) -> Owner:
        """The task, trigger, input or output whose property it is."""
        return self.value.owner

    @property
    def rendering(self) -> Rendering:
        """Whether Kestra evaluates it."""
        return self.value.rendering

    @cached_property
    def template(self) -> Template:
        """What stands in the scalar."""
        return parse_template(self.value.node.value, self._version)

    @cached_property
    def offsets(self) -> ScalarOffsets:
        """The ways between the scalar's value and the file's text."""
        return ScalarOffsets(self._text, self.value.node)

    def text_span(self, span: Span) -> Span:
        """The place in the file of a span of the template."""
        return self.offsets.text_span(span)


def holds_template(text: str) -> bool:
    """Whether a text has the beginning of an expression, tag or comment."""
    return "{" in text and ("{{" in text or "{%" in text or "{#" in text)
