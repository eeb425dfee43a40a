"""The nodes of a template. Spans are offsets in the template's text and don't count for equality."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from tiercel_schemas.expressions.problems import ExpressionProblem
from tiercel_schemas.source.spans import Span


@dataclass(frozen=True, slots=True)
class Node:
    """Anything with a place in the template's text."""

    span: Span = field(compare=False)


# Expressions


@dataclass(frozen=True, slots=True)
class Missing(Node):
    """Where an expression should stand and none does (half-typed text); its span is usually empty."""


@dataclass(frozen=True, slots=True)
class NullLiteral(Node):
    """`null` or `none`."""


@dataclass(frozen=True, slots=True)
class BooleanLiteral(Node):
    """`true` or `false`."""

    value: bool


@dataclass(frozen=True, slots=True)
class IntegerLiteral(Node):
    """`12` or `12L`: a 64-bit integer."""

    value: int


@dataclass(frozen=True, slots=True)
class DoubleLiteral(Node):
    """`1.5`."""

    value: float


@dataclass(frozen=True, slots=True)
class StringLiteral(Node):
    """`'a'` or `"a"`. `value_span` is the stretch between the quotes; `closed` is false when the end quote lacks."""

    value: str
    value_span: Span = field(compare=False)
    closed: bool = field(default=True, compare=False)


@dataclass(frozen=True, slots=True)
class Interpolation(Node):
    """`"a #{b} c"`: strings and expressions joined as text."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class ListLiteral(Node):
    """`[a, b]`."""

    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class MapLiteral(Node):
    """`{k: v}`; keys are expressions too, `{a: 1}` has the value of `a` as its key."""

    entries: tuple[tuple[Expression, Expression], ...]


@dataclass(frozen=True, slots=True)
class Variable(Node):
    """A name of the context: `inputs`."""

    name: str


@dataclass(frozen=True, slots=True)
class Argument(Node):
    """One argument of a call; `name` is None for a positional one."""

    value: Expression
    name: str | None = None
    name_span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Attribute(Node):
    """`target.name`, or `target.name(arguments)` when `arguments` is not None.

    Half-typed `target.` has the name "" with an empty `name_span` behind the dot.
    """

    target: Expression
    name: str
    name_span: Span = field(compare=False)
    arguments: tuple[Argument, ...] | None = None


@dataclass(frozen=True, slots=True)
class Subscript(Node):
    """`target[key]`."""

    target: Expression
    key: Expression


@dataclass(frozen=True, slots=True)
class Call(Node):
    """`name(arguments)`: a function or a macro."""

    name: str
    name_span: Span = field(compare=False)
    arguments: tuple[Argument, ...] = ()


@dataclass(frozen=True, slots=True)
class Filter(Node):
    """`target | name(arguments)`. In a `{% filter %}` tag the target is `FilterInput`."""

    target: Expression
    name: str
    name_span: Span = field(compare=False)
    arguments: tuple[Argument, ...] = ()


@dataclass(frozen=True, slots=True)
class FilterInput(Node):
    """The body of a `{% filter %}` tag, as its filters see it."""


@dataclass(frozen=True, slots=True)
class Test(Node):
    """`target is [not] name(arguments)`."""

    __test__ = False  # pytest must not take it for one of its own
    target: Expression
    name: str
    name_span: Span = field(compare=False)
    negated: bool = False
    arguments: tuple[Argument, ...] = ()


@dataclass(frozen=True, slots=True)
class Unary(Node):
    """`not x`, `-x` or `+x`."""

    operator: str
    operand: Expression


@dataclass(frozen=True, slots=True)
class Binary(Node):
    """`left operator right`; `operator` is as written (`equals` stays `equals`)."""

    operator: str
    operator_span: Span = field(compare=False)
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Ternary(Node):
    """`condition ? then : otherwise`."""

    condition: Expression
    then: Expression
    otherwise: Expression


Expression: TypeAlias = (
    Missing
    | NullLiteral
    | BooleanLiteral
    | IntegerLiteral
    | DoubleLiteral
    | StringLiteral
    | Interpolation
    | ListLiteral
    | MapLiteral
    | Variable
    | Attribute
    | Subscript
    | Call
    | Filter
    | FilterInput
    | Test
    | Unary
    | Binary
    | Ternary
)


# Parts of a template


@dataclass(frozen=True, slots=True)
class Text(Node):
    """Literal text as it is written out: trimmed where a neighbouring delimiter asks for it."""

    value: str


@dataclass(frozen=True, slots=True)
class Raw(Node):
    """`{% raw %}…{% endraw %}` on one line: its content, never evaluated."""

    value: str


@dataclass(frozen=True, slots=True)
class Verbatim(Node):
    """`{% verbatim %}…{% endverbatim %}`: its content, evaluated only when rendered again."""

    value: str


@dataclass(frozen=True, slots=True)
class Comment(Node):
    """`{# … #}`."""


@dataclass(frozen=True, slots=True)
class Print(Node):
    """`{{ expression }}`; `closed` is false when the end delimiter lacks."""

    expression: Expression
    closed: bool = field(default=True, compare=False)


@dataclass(frozen=True, slots=True)
class IfBranch(Node):
    """The `if` or an `elseif` of an `If`."""

    condition: Expression
    body: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class If(Node):
    """`{% if %}…{% elseif %}…{% else %}…{% endif %}`."""

    branches: tuple[IfBranch, ...]
    otherwise: tuple[Part, ...] | None = None


@dataclass(frozen=True, slots=True)
class For(Node):
    """`{% for variable in iterable %}…{% else %}…{% endfor %}`."""

    variable: str
    variable_span: Span = field(compare=False)
    iterable: Expression
    body: tuple[Part, ...]
    otherwise: tuple[Part, ...] | None = None


@dataclass(frozen=True, slots=True)
class Set(Node):
    """`{% set name = value %}`."""

    name: str
    name_span: Span = field(compare=False)
    value: Expression


@dataclass(frozen=True, slots=True)
class MacroParameter(Node):
    """A parameter of a macro with its default."""

    name: str
    default: Expression | None = None


@dataclass(frozen=True, slots=True)
class Macro(Node):
    """`{% macro name(parameters) %}…{% endmacro %}`."""

    name: str
    name_span: Span = field(compare=False)
    parameters: tuple[MacroParameter, ...]
    body: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Block(Node):
    """`{% block name %}…{% endblock %}`."""

    name: str
    name_span: Span = field(compare=False)
    body: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class FilterBlock(Node):
    """`{% filter f | g(a) %}…{% endfilter %}`; `filters` nest around a `FilterInput`."""

    filters: Expression
    body: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class UnknownTag(Node):
    """`{% name … %}` that no version knows, or an end tag without a beginning."""

    name: str
    name_span: Span = field(compare=False)


Part: TypeAlias = Text | Raw | Verbatim | Comment | Print | If | For | Set | Macro | Block | FilterBlock | UnknownTag


@dataclass(frozen=True, slots=True)
class Template:
    """A template that has been read. `problems` come in the order in which Kestra would meet them."""

    text: str = field(compare=False)
    parts: tuple[Part, ...]
    problems: tuple[ExpressionProblem, ...] = field(default=(), compare=False)

    @property
    def is_plain(self) -> bool:
        """Whether there is nothing to evaluate."""
        return all(isinstance(part, Text) for part in self.parts)

    @property
    def sole_expression(self) -> Expression | None:
        """The expression of a template that is exactly one `{{ … }}`."""
        match self.parts:
            case (Print(expression=expression),):
                return expression
        return None
