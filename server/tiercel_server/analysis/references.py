"""What expressions name (`inputs.a.b`) and what they call (filters, functions, tests), with their places."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

from tiercel_schemas.expressions import nodes as n
from tiercel_schemas.source.spans import Span
from tiercel_server.analysis.templates import TemplateSite

COMPARISONS = frozenset({"==", "!=", "equals"})
ARITHMETIC = frozenset({"-", "*", "/", "%"})
UseKind = Literal["filter", "function", "test"]


@dataclass(frozen=True, slots=True)
class Step:
    """One step behind a name: a key or an index. `span` is of the key's text in the template, quotes left out."""

    name: str | int
    span: Span
    dotted: bool


@dataclass(frozen=True, slots=True)
class Reference:
    """A name and the steps behind it, as far as they are literal; `complete` when there are no others.

    `guarded`: a default (`??`, `default`) or a test (`is defined`) stands for it when it is missing. `span` is of the
    whole in the template.
    """

    site: TemplateSite
    root: str
    root_span: Span
    steps: tuple[Step, ...]
    span: Span
    guarded: bool = False
    complete: bool = True
    minuend: bool = False
    """Whether a `-` with a name behind it follows at once, as in `outputs.my-task`."""
    subtrahend: bool = False
    """Whether it stands right behind such a `-`."""

    @property
    def text_span(self) -> Span:
        """The place of the whole in the file."""
        return self.site.text_span(self.span)

    def step_span(self, index: int) -> Span:
        """The place of a step in the file; that of the root for -1."""
        return self.site.text_span(self.root_span if index < 0 else self.steps[index].span)

    @property
    def names(self) -> tuple[str | int, ...]:
        """The steps without their places."""
        return tuple(step.name for step in self.steps)


@dataclass(frozen=True, slots=True)
class Use:
    """A filter, function or test at work."""

    site: TemplateSite
    kind: UseKind
    name: str
    name_span: Span
    arguments: tuple[n.Argument, ...]
    node: n.Filter | n.Call | n.Test

    @property
    def text_span(self) -> Span:
        """The place of the name in the file."""
        return self.site.text_span(self.name_span)


@dataclass(slots=True)
class _Collector:
    site: TemplateSite
    references: list[Reference] = field(default_factory=list)
    uses: list[Use] = field(default_factory=list)
    operations: list[n.Binary] = field(default_factory=list)
    locals: set[str] = field(default_factory=set)
    macros: set[str] = field(default_factory=set)
    tested: set[tuple[str | int, ...]] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class TemplateFacts:
    """All that one template names and calls. Names that the template itself sets are left out."""

    site: TemplateSite
    references: tuple[Reference, ...]
    uses: tuple[Use, ...]
    operations: tuple[n.Binary, ...]
    """Comparisons, arithmetic that only numbers take, and defaults (`??`), anywhere in the template."""
    local_names: frozenset[str] = frozenset()


def read_facts(site: TemplateSite) -> TemplateFacts:
    """What a template names and calls."""
    found = _Collector(site)
    _parts(site.template.parts, found)
    references = [
        _guarded(each) if (each.root, *each.names) in found.tested or _prefix_tested(each, found.tested) else each
        for each in found.references
        if each.root not in found.locals
    ]
    uses = [each for each in found.uses if not (each.kind == "function" and each.name in found.macros)]
    return TemplateFacts(site, tuple(references), tuple(uses), tuple(found.operations), frozenset(found.locals))


def _prefix_tested(reference: Reference, tested: set[tuple[str | int, ...]]) -> bool:
    whole = (reference.root, *reference.names)
    return any(whole[: len(each)] == each for each in tested)


def _guarded(reference: Reference) -> Reference:
    return replace(reference, guarded=True)


def _parts(parts: tuple[n.Part, ...], found: _Collector) -> None:
    for part in parts:
        match part:
            case n.Print(expression=expression):
                _top(expression, found)
            case n.If(branches=branches, otherwise=otherwise):
                for branch in branches:
                    _top(branch.condition, found)
                    _parts(branch.body, found)
                _parts(otherwise or (), found)
            case n.For(variable=variable, iterable=iterable, body=body, otherwise=otherwise):
                found.locals |= {variable, "loop"}
                _top(iterable, found)
                _parts(body, found)
                _parts(otherwise or (), found)
            case n.Set(name=name, value=value):
                found.locals.add(name)
                _top(value, found)
            case n.Macro(name=name, parameters=parameters, body=body):
                found.macros.add(name)
                found.locals |= {parameter.name for parameter in parameters}
                _parts(body, found)
            case n.Block(body=body):
                _parts(body, found)
            case n.FilterBlock(filters=filters, body=body):
                _top(filters, found)
                _parts(body, found)
            case _:
                pass


def _top(expression: n.Expression, found: _Collector) -> None:
    _expression(expression, found, guarded=False)


def _expression(node: n.Expression, found: _Collector, *, guarded: bool) -> None:
    match node:
        case n.Variable() | n.Attribute() | n.Subscript():
            _chain(node, found, guarded=guarded)
        case n.Binary(operator="??" | "???", left=left, right=right):
            found.operations.append(node)
            _expression(left, found, guarded=True)
            _expression(right, found, guarded=guarded)
        case n.Binary(operator="-", left=left, right=right) if _is_dash(node):
            before = len(found.references)
            _expression(left, found, guarded=guarded)
            middle = len(found.references)
            _expression(right, found, guarded=guarded)
            _mark_dash(found, before, middle, node)
        case n.Binary(left=left, right=right):
            if node.operator in COMPARISONS | ARITHMETIC:
                found.operations.append(node)
            _expression(left, found, guarded=guarded)
            _expression(right, found, guarded=guarded)
        case n.Filter(target=target, arguments=arguments):
            found.uses.append(Use(found.site, "filter", node.name, node.name_span, arguments, node))
            _expression(target, found, guarded=guarded or node.name == "default")
            _arguments(arguments, found, guarded=guarded)
        case n.Test(target=target, arguments=arguments):
            found.uses.append(Use(found.site, "test", node.name, node.name_span, arguments, node))
            if node.name == "defined" and (path := literal_path(target)) is not None:
                found.tested.add(path)
            _expression(target, found, guarded=guarded or node.name == "defined")
            _arguments(arguments, found, guarded=guarded)
        case n.Call(arguments=arguments):
            found.uses.append(Use(found.site, "function", node.name, node.name_span, arguments, node))
            _arguments(arguments, found, guarded=guarded)
        case _:
            for child in _children(node):
                _expression(child, found, guarded=guarded)


def _is_dash(node: n.Binary) -> bool:
    """Whether a minus stands between two names without a space, as a dash inside a name does."""
    return node.operator_span.start == node.left.span.end and node.right.span.start == node.operator_span.end


def _mark_dash(found: _Collector, before: int, middle: int, node: n.Binary) -> None:
    for index, each in enumerate(found.references[before:], start=before):
        if index < middle and each.span.end == node.operator_span.start:
            found.references[index] = replace(each, minuend=True)
        elif index >= middle and each.span.start == node.operator_span.end:
            found.references[index] = replace(each, subtrahend=True)


def _arguments(arguments: tuple[n.Argument, ...], found: _Collector, *, guarded: bool) -> None:
    for argument in arguments:
        _expression(argument.value, found, guarded=guarded)


def _children(node: n.Expression) -> Iterator[n.Expression]:
    match node:
        case n.Interpolation(parts=items) | n.ListLiteral(items=items):
            yield from items
        case n.MapLiteral(entries=entries):
            for key, value in entries:
                yield key
                yield value
        case n.Unary(operand=operand):
            yield operand
        case n.Ternary(condition=condition, then=then, otherwise=otherwise):
            yield from (condition, then, otherwise)
        case _:
            pass


def _chain(node: n.Expression, found: _Collector, *, guarded: bool) -> None:
    """A name with steps behind it; expressions in brackets are looked at on their own."""
    links: list[n.Attribute | n.Subscript] = []
    base: n.Expression = node
    while isinstance(base, n.Attribute | n.Subscript):
        links.append(base)
        base = base.target
    for link in links:
        if isinstance(link, n.Subscript):
            _expression(link.key, found, guarded=guarded)
        else:
            _arguments(link.arguments or (), found, guarded=guarded)
    if not isinstance(base, n.Variable):
        _expression(base, found, guarded=guarded)
        return
    steps: list[Step] = []
    complete = True
    for link in reversed(links):
        step = _step(link)
        if step is None:
            complete = False
            break
        steps.append(step)
    found.references.append(
        Reference(found.site, base.name, base.span, tuple(steps), node.span, guarded=guarded, complete=complete)
    )


def _step(link: n.Attribute | n.Subscript) -> Step | None:
    if isinstance(link, n.Attribute):
        return Step(link.name, link.name_span, dotted=True) if link.arguments is None and link.name else None
    match link.key:
        case n.StringLiteral(value=value, value_span=span):
            return Step(value, span, dotted=False)
        case n.IntegerLiteral(value=value, span=span):
            return Step(value, span, dotted=False)
    return None


def literal_path(node: n.Expression) -> tuple[str | int, ...] | None:
    """The root and the steps of a name that holds nothing but literal steps; None for anything else."""
    steps: list[str | int] = []
    while isinstance(node, n.Attribute | n.Subscript):
        step = _step(node)
        if step is None:
            return None
        steps.append(step.name)
        node = node.target
    return (node.name, *reversed(steps)) if isinstance(node, n.Variable) else None
