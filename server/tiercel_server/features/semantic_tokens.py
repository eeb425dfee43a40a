"""Colours by meaning: what stands in expressions, and the types and names of the flow's own things.

Only what an editor's grammar of YAML can't tell is told: everything inside `{{ }}` and `{% %}`, ids where they are
declared or named, and types.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from tiercel_schemas.expressions import nodes as n
from tiercel_schemas.expressions import walk
from tiercel_schemas.source.spans import Span
from tiercel_server.analysis import FlowAnalysis
from tiercel_server.analysis.names import Occurrence
from tiercel_server.analysis.templates import TemplateSite
from tiercel_server.workspace import DocumentSnapshot

TYPES = (
    "namespace",
    "type",
    "function",
    "method",
    "parameter",
    "variable",
    "property",
    "event",
    "enumMember",
    "keyword",
    "string",
    "number",
    "operator",
    "comment",
)
MODIFIERS = ("declaration", "modification", "defaultLibrary")
_BY_KIND = {
    "namespace": "namespace",
    "flow": "namespace",
    "input": "parameter",
    "output": "property",
    "loop-output": "property",
    "task": "function",
    "trigger": "event",
    "variable": "variable",
    "label": "enumMember",
    "kv": "enumMember",
    "namespace-variable": "variable",
    "secret": "enumMember",
    "plugin": "type",
    "local": "variable",
    "anchor": "variable",
}
_KEYWORD_OPERATORS = frozenset({"and", "or", "not", "is", "contains", "equals", "in"})


class SemanticToken(NamedTuple):
    """A stretch on one line; `modifiers` are of `MODIFIERS`."""

    span: Span
    type: str
    modifiers: tuple[str, ...] = ()


def semantic_tokens(snapshot: DocumentSnapshot, within: Span | None = None) -> tuple[SemanticToken, ...]:
    """The tokens of a document (or of the stretch `within`), in order; none overlaps another or reaches over a line."""
    found: dict[int, SemanticToken] = {}
    for token in _candidates(snapshot, within):
        for part in _on_lines(token, snapshot):
            before = found.get(part.span.start)
            # What names a thing says more than what a word is by its place, or than that it is a text.
            is_named_text = part.type == "string" and part.span.start + 1 in found
            if part.span.end > part.span.start and before is None and not is_named_text:
                found[part.span.start] = part
    return tuple(_apart(sorted(found.values(), key=lambda each: each.span), within))


def _candidates(snapshot: DocumentSnapshot, within: Span | None) -> Iterator[SemanticToken]:
    for occurrence in snapshot.occurrences:
        if occurrence.form != "implied" and _meets(occurrence.span, within):
            yield _named(occurrence)
    for flow in snapshot.flows:
        for site in flow.templates:
            if site.rendering != "literal" and _meets(site.value.node.span, within):
                yield from _template(site, flow)


def _named(occurrence: Occurrence) -> SemanticToken:
    modifiers: tuple[str, ...] = ()
    if occurrence.role == "declaration":
        modifiers = ("declaration",)
    elif occurrence.role == "write":
        modifiers = ("modification",)
    return SemanticToken(occurrence.span, _BY_KIND[occurrence.name.kind], modifiers)


def _template(site: TemplateSite, flow: FlowAnalysis) -> Iterator[SemanticToken]:
    roots = flow.scope_at(site.value.path).root_names
    for part in site.template.parts:
        for node in walk(part):
            for span, type_, modifiers in _node(node, site.template.text, roots):
                yield SemanticToken(site.text_span(span), type_, modifiers)


def _node(node: n.Node, text: str, roots: frozenset[str]) -> Iterator[tuple[Span, str, tuple[str, ...]]]:
    match node:
        case n.Variable(name=name, span=span):
            yield span, "variable", ("defaultLibrary",) if name in roots else ()
        case n.Attribute(name_span=span, arguments=arguments):
            yield span, "property" if arguments is None else "method", ()
        case n.Call(name_span=span):
            yield span, "function", ("defaultLibrary",)
        case n.Filter(name_span=span):
            yield span, "method", ("defaultLibrary",)
        case n.Test(name_span=span):
            yield span, "keyword", ()
        case n.Set(name_span=span) | n.For(variable_span=span) | n.Macro(name_span=span) | n.Block(name_span=span):
            yield span, "variable", ("declaration",)
        case n.Argument(name_span=span) if span is not None:
            yield span, "parameter", ()
        case _:
            yield from _literal(node)
    yield from _delimiters(node, text)


def _literal(node: n.Node) -> Iterator[tuple[Span, str, tuple[str, ...]]]:
    match node:
        case n.StringLiteral(span=span):
            yield span, "string", ()
        case n.IntegerLiteral(span=span) | n.DoubleLiteral(span=span):
            yield span, "number", ()
        case n.BooleanLiteral(span=span) | n.NullLiteral(span=span):
            yield span, "keyword", ()
        case n.Binary(operator_span=span, operator=operator):
            yield span, "keyword" if operator in _KEYWORD_OPERATORS else "operator", ()
        case n.Comment(span=span):
            yield span, "comment", ()


def _delimiters(node: n.Node, text: str) -> Iterator[tuple[Span, str, tuple[str, ...]]]:
    """The braces around an expression, and the word of a tag."""
    if isinstance(node, n.Print):
        yield Span(node.span.start, node.span.start + 2), "operator", ()
        if node.closed and text[node.span.end - 2 : node.span.end] == "}}":
            yield Span(node.span.end - 2, node.span.end), "operator", ()
    elif isinstance(node, n.If | n.For | n.Set | n.Macro | n.Block | n.FilterBlock):
        start = node.span.start
        if text.startswith("{%", start):
            yield Span(start, start + 2), "operator", ()
            word = start + 2
            while word < len(text) and text[word] in " -\t":
                word += 1
            end = word
            while end < len(text) and text[end].isalpha():
                end += 1
            yield Span(word, end), "keyword", ()


def _on_lines(token: SemanticToken, snapshot: DocumentSnapshot) -> Iterator[SemanticToken]:
    text, span = snapshot.text, token.span
    first, last = text.line_at(span.start), text.line_at(span.end)
    if first == last:
        yield token
        return
    for line in range(first, last + 1):
        here = text.line_span(line)
        start = max(span.start, here.start)
        while line > first and start < here.end and text.text[start] in " \t":
            start += 1
        yield token._replace(span=Span(start, max(start, min(span.end, here.end))))


def _apart(tokens: Iterable[SemanticToken], within: Span | None) -> Iterator[SemanticToken]:
    end = 0
    for token in tokens:
        if token.span.start >= end and _meets(token.span, within):
            yield token
            end = token.span.end


def _meets(span: Span, within: Span | None) -> bool:
    return within is None or (span.start < within.end and within.start < span.end)
