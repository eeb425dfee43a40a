"""Inside `{{ }}` and `{% %}`: what may be named, with its type, and what may be called."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tiercel_schemas.expressions import nodes as n
from tiercel_schemas.expressions import nodes_at, parse_template, signatures
from tiercel_schemas.source.spans import Span
from tiercel_schemas.versions import KestraVersion
from tiercel_server.analysis import FlowAnalysis
from tiercel_server.analysis.shapes import ANY_MAP, AnyShape, Shape, describe_shape
from tiercel_server.features.completion.arguments import CallSite, call_site, offered_arguments
from tiercel_server.features.completion.calls import fitting_ranks, offered_calls
from tiercel_server.features.completion.input_values import offered_choices
from tiercel_server.features.completion.items import CompletionItem, fits
from tiercel_server.features.completion.names import offered_states
from tiercel_server.features.completion.trigger_names import names_given_by_triggers
from tiercel_server.features.cursor import Cursor, TemplateCursor
from tiercel_server.features.expression_shapes import Locals, describe_origin, static_path
from tiercel_server.features.known_members import members_of, shape_here
from tiercel_server.features.surroundings import Surroundings
from tiercel_server.features.template_names import template_names

_WORD = re.compile(r"[A-Za-z0-9_]*$")
_REST = re.compile(r"[A-Za-z0-9_]*")
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_QUOTED_REST = re.compile(r"[^'\"\]}\n]*")
_COMPARED = frozenset({"==", "!=", "equals"})
_PROBE = "tiercelprobe"
_KEYWORDS = ("true", "false", "null", "not")
_HIDDEN_ROOTS = frozenset({"addLabels", "secrets", "workerTaskrun", "error", "schedule", "files", "namespace", "trace"})
_LIKELY_ROOTS = frozenset({"inputs", "outputs", "vars", "trigger", "execution", "flow", "item", "taskrun", "labels"})


def offered_in_expression(
    cursor: Cursor, place: TemplateCursor, flow: FlowAnalysis | None, version: KestraVersion, around: Surroundings
) -> Iterator[CompletionItem]:
    """What may be written at the cursor inside an expression."""
    before = place.text[: place.index]
    match = _WORD.search(before)
    typed = match.group() if match is not None else ""
    # What follows the cursor plays no part; a probe stands for what will be written.
    template = parse_template(_joined(before) + ("" if typed else _PROBE), version)
    end = len(template.text)
    chain = nodes_at(template, end)
    if not chain:
        return
    span = Span(cursor.offset - len(typed), cursor.offset + _word_after(place))
    names = template_names(template, chain, flow.scope_at(cursor.path) if flow is not None else None)
    offer = _Offer(cursor, flow, version, typed, span, names, around)
    yield from offer.at(chain, end)


def _joined(before: str) -> str:
    """The text with the open expression on one line: the reader takes the end of a line for its end."""
    opened = max(before.rfind("{{"), before.rfind("{%"))
    return before[:opened] + before[opened:].replace("\n", " ").replace("\r", " ")


def _word_after(place: TemplateCursor) -> int:
    match = _REST.match(place.text, place.index)
    return match.end() - place.index if match is not None else 0


class _Offer:
    def __init__(
        self,
        cursor: Cursor,
        flow: FlowAnalysis | None,
        version: KestraVersion,
        typed: str,
        span: Span,
        local: Locals,
        around: Surroundings,
    ) -> None:
        self.cursor = cursor
        self.flow = flow
        self.scope = flow.scope_at(cursor.path) if flow is not None else None
        self.version = version
        self.typed = typed
        self.span = span
        self.local = local
        self.around = around

    def at(self, chain: list[n.Node], end: int) -> Iterator[CompletionItem]:
        """What fits the innermost node, which ends at the cursor."""
        node = chain[-1]
        parent = chain[-2] if len(chain) > 1 else None
        known = signatures(self.version)
        match node:
            case n.Variable():
                yield from self._roots()
                yield from offered_calls(known.functions, self.typed, self.span, self.cursor)
            case n.Attribute(target=target, arguments=None):
                yield from self._members(target)
            case n.StringLiteral():
                if isinstance(parent, n.Subscript):
                    yield from self._keys(parent.target, node)
                elif isinstance(parent, n.Binary) and parent.operator in _COMPARED:
                    yield from self._choices(parent.left if parent.right is node else parent.right, node)
                elif isinstance(parent, n.Argument) and isinstance(call := chain[-3], n.Call | n.Filter):
                    yield from self._argument(call, node)
            case n.Filter(name_span=name_span, target=target) if name_span.end == end:
                fitting = fitting_ranks(known.filters, target, self._shape(target))
                yield from offered_calls(known.filters, self.typed, self.span, self.cursor, fitting)
            case n.Test(name_span=name_span) if name_span.end == end:
                yield from offered_calls(known.tests, self.typed, self.span, self.cursor)
            case n.UnknownTag():
                yield from offered_calls(known.tags, self.typed, self.span, self.cursor)

    def _roots(self) -> Iterator[CompletionItem]:
        for name, shape in self.local.items():
            if fits(self.typed, name):
                yield self._named(name, shape, "of this template", rank=1)
        roots = self.scope.roots if self.scope is not None else {}
        for name, shape in roots.items():
            if name not in self.local and name not in _HIDDEN_ROOTS and fits(self.typed, name) and self._is_there(name):
                yield self._named(name, shape, describe_origin((name,), self.flow), 2 if name in _LIKELY_ROOTS else 3)
        for word in _KEYWORDS:
            if self.typed and fits(self.typed, word):
                yield CompletionItem(word, "keyword", word, self.span, rank=7)

    def _is_there(self, name: str) -> bool:
        """Whether offering a root helps here: loops' names only inside loops, script names only in scripts."""
        assert self.scope is not None
        if name == "item":
            return bool(self.scope.loops) and self.version != KestraVersion.V1_3
        if name in {"parent", "parents"}:
            return self.scope.task is not None and self.scope.task.parent is not None
        if name in {"workingDir", "outputDir", "outputFiles"}:
            return self.scope.task is not None and ".scripts." in self.scope.task.type
        return name != "response" or self.scope.kind == "trigger"

    def _members(self, target: n.Expression) -> Iterator[CompletionItem]:
        path = static_path(target)
        given = names_given_by_triggers(self.flow, self.cursor.path) if path == ("trigger",) and self.flow else None
        for name, shape, note in self._known_members(target):
            if not fits(self.typed, name) or (given is not None and name not in given):
                continue
            origin = describe_origin((*path, name), self.flow) if path is not None else ""
            yield self._named(name, shape, origin, rank=4, note=note, behind_dot=True)

    def _known_members(self, target: n.Expression) -> Iterator[tuple[str, Shape, str]]:
        return members_of(target, self.scope, self.local, self.flow, self.around)

    def _shape(self, node: n.Expression) -> Shape:
        return shape_here(node, self.scope, self.local, self.flow, self.around)

    def _argument(self, call: n.Call | n.Filter, literal: n.StringLiteral) -> Iterator[CompletionItem]:
        """What may be given to a call as a text."""
        known = signatures(self.version)
        site = self._whole_site() or call_site(call, literal, known)
        if site is not None:
            typed, span, _ = self._quoted(literal)
            yield from offered_arguments(site, typed, span, self.flow, self.around)

    def _keys(self, target: n.Expression, literal: n.StringLiteral) -> Iterator[CompletionItem]:
        """Keys in brackets: the whole key is replaced, whatever its letters."""
        place = self.cursor.template
        assert place is not None
        typed, span, closed = self._quoted(literal)
        quote = place.text[literal.span.start]
        closing = "" if closed else f"{quote}]"
        path = static_path(target)
        for name, shape, note in self._known_members(target):
            if fits(typed, name):
                origin = describe_origin((*path, name), self.flow) if path is not None else ""
                yield CompletionItem(
                    name, "variable", name + closing, span, detail=_detail(shape), note=note or origin, rank=4
                )

    def _whole_site(self) -> CallSite | None:
        """The call with what follows the cursor, such as a namespace; None where that can't be read."""
        place = self.cursor.template
        assert place is not None
        match nodes_at(parse_template(place.text, self.version), place.index):
            case [*_, n.Call() | n.Filter() as call, n.Argument(), n.StringLiteral(closed=True) as literal]:
                return call_site(call, literal, signatures(self.version))
        return None

    def _choices(self, compared: n.Expression, literal: n.StringLiteral) -> Iterator[CompletionItem]:
        """The values of the input that a text is compared with."""
        path = static_path(compared)
        typed, span, _ = self._quoted(literal)
        if path is not None and path[-1] == "state" and len(path) > 1:
            yield from offered_states(typed, span)
        if path is None or path[0] != "inputs" or self.flow is None:
            return
        symbol = self.flow.outline.input(".".join(path[1:]))
        if symbol is not None:
            yield from offered_choices(symbol, typed, span)

    def _quoted(self, literal: n.StringLiteral) -> tuple[str, Span, bool]:
        """What is typed of a quoted text, its stretch of the document, and whether the quote is closed."""
        place = self.cursor.template
        assert place is not None
        typed = place.text[literal.value_span.start : place.index]
        rest = _QUOTED_REST.match(place.text, place.index)
        after = len(rest.group().rstrip()) if rest is not None else 0
        closed = place.text[place.index + after : place.index + after + 1] in {"'", '"'}
        return typed, Span(self.cursor.offset - len(typed), self.cursor.offset + after), closed

    def _named(
        self, name: str, shape: Shape, origin: str, rank: int = 4, *, note: str = "", behind_dot: bool = False
    ) -> CompletionItem:
        insert, span, typed = name, self.span, ""
        if not _IDENTIFIER.fullmatch(name):
            quote = '"' if self.cursor.quote == "'" else "'"
            insert = f"[{quote}{name}{quote}]"
            if behind_dot:
                span = Span(self.span.start - 1, self.span.end)
                typed = f".{name}"
        return CompletionItem(
            name, "variable", insert, span, detail=_detail(shape), note=note or origin, rank=rank, filter=typed
        )


def _detail(shape: Shape) -> str:
    return "" if isinstance(shape, AnyShape) or shape == ANY_MAP else describe_shape(shape)
