"""Names that a template sets for itself: by `set`, `for` and macros."""

from __future__ import annotations

from collections.abc import Iterator

from tiercel_schemas.expressions import nodes as n
from tiercel_schemas.expressions import walk
from tiercel_schemas.source.spans import Span
from tiercel_server.analysis.names.context import OwnFlow
from tiercel_server.analysis.names.model import Occurrence, Role
from tiercel_server.analysis.references import TemplateFacts


def local_occurrences(facts: TemplateFacts, own: OwnFlow) -> Iterator[Occurrence]:
    """Where a template sets its own names, and where it reads them."""
    place = str(facts.site.value.node.span.start)
    for part in facts.site.template.parts:
        for node in walk(part):
            found = _named(node)
            if found is not None and found[0] in facts.local_names:
                word, span, role = found
                where = facts.site.text_span(span)
                yield Occurrence(own.name("local", place, word), where, role, "word", where)


def _named(node: n.Node) -> tuple[str, Span, Role] | None:
    match node:
        case n.Variable(name=name, span=span):
            return name, span, "reference"
        case n.Set(name=name, name_span=span) | n.For(variable=name, variable_span=span):
            return name, span, "declaration"
    return None
