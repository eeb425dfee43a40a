"""Expressions: precedence climbing over tokens, with a place kept where something is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiercel_schemas.expressions import nodes as n
from tiercel_schemas.expressions.problems import ExpressionProblem
from tiercel_schemas.expressions.tokens import (
    UNARY_OPERATORS,
    UNARY_PRECEDENCE,
    Operator,
    Token,
    TokenKind,
    binary_operators,
)
from tiercel_schemas.source.spans import Span

if TYPE_CHECKING:
    from tiercel_schemas.versions import KestraVersion

MAX_NESTING = 60
"""How deep brackets may stand inside brackets."""
MAX_HEIGHT = 150
"""How many steps there may be from an expression down to its deepest part: `a.b.c` counts three."""

_END_KINDS = frozenset({TokenKind.EOF, TokenKind.PRINT_END, TokenKind.EXECUTE_END, TokenKind.INTERPOLATION_END})
REGION_STARTS = frozenset({TokenKind.PRINT_START, TokenKind.EXECUTE_START})
"""The tokens that begin a stretch of code."""
_RESERVED = frozenset({"true", "false", "null", "none"})
_CONSTANTS: dict[str, bool | None] = {
    **dict.fromkeys(("true", "TRUE"), True),
    **dict.fromkeys(("false", "FALSE"), False),
    **dict.fromkeys(("null", "NULL", "none", "NONE"), None),
}
_MAX_LONG = 2**63 - 1
_WORDS = {
    TokenKind.PRINT_END: "`}}`",
    TokenKind.EXECUTE_END: "`%}`",
    TokenKind.NAME: "a name",
    TokenKind.EOF: "the end",
}


class ExpressionParser:
    """A cursor over tokens and the grammar of expressions. Reports at most one problem per region."""

    def __init__(self, tokens: list[Token], version: KestraVersion) -> None:
        self._tokens = tokens
        self._index = 0
        self._operators = binary_operators(version)
        self._depth = 0
        self._height = 0
        self._quiet = False
        self.problems: list[ExpressionProblem] = []

    # The cursor

    @property
    def current(self) -> Token:
        """The token to read next."""
        return self._tokens[self._index]

    def at(self, *kinds: TokenKind) -> bool:
        """Whether the token to read next is of one of these kinds."""
        return self._tokens[self._index].kind in kinds

    def peek(self) -> Token:
        """The token after the current one."""
        return self._tokens[min(self._index + 1, len(self._tokens) - 1)]

    def advance(self) -> Token:
        """Steps over the current token and returns it; stays on the last."""
        token = self._tokens[self._index]
        if token.kind in REGION_STARTS:
            self._quiet = False
        self._index = min(self._index + 1, len(self._tokens) - 1)
        return token

    def step_back(self) -> None:
        """Undoes an `advance`."""
        self._index = max(0, self._index - 1)

    def _previous_end(self) -> int:
        return self._tokens[self._index - 1].end if self._index else 0

    # Problems

    def report(self, message: str, span: Span, engine_message: str) -> None:
        """Adds a problem, unless this region has one."""
        if not self._quiet:
            self.problems.append(ExpressionProblem(message, span, engine_message))
            self._quiet = True

    def quiet(self) -> None:
        """Reports nothing more in this region."""
        self._quiet = True

    def speak(self) -> None:
        """Reports again: what comes next is no consequence of the last problem."""
        self._quiet = False

    def fail_expected(self, kind: TokenKind, value: str = "") -> None:
        """Reports that the current token is not what must stand here."""
        token = self.current
        wanted = f"`{value}`" if value else _WORDS.get(kind, kind.value.lower())
        is_end = token.kind is TokenKind.EOF or not token.closed
        found, found_kind = ("null", TokenKind.EOF) if is_end else (token.value, token.kind)
        self.report(
            f"Expected {wanted} here, found {_found(token)}",
            token.span,
            f'Unexpected token of value "{found}" and type {found_kind}, expected token of type {kind}',
        )

    def _missing(self) -> n.Missing:
        token = self.current
        value = "null" if token.kind is TokenKind.EOF or not token.closed else token.value
        kind = "EOF" if not token.closed else token.kind
        self.report(
            f"Expected an expression here, found {_found(token)}",
            token.span,
            f'Unexpected token "{kind}" of value "{value}"',
        )
        place = token.start if token.kind in _END_KINDS else self._previous_end()
        return n.Missing(Span(place, place))

    def _too_deep(self) -> None:
        self.report("This expression is nested too deeply", self.current.span, "Too deeply nested")
        while not self.at(*_END_KINDS):
            self.advance()

    # Small pieces

    def _at(self, punctuation: str) -> bool:
        token = self._tokens[self._index]
        return token.kind is TokenKind.PUNCTUATION and token.value == punctuation

    def expect_punctuation(self, value: str) -> bool:
        """Steps over a punctuation mark, or reports that it lacks."""
        if self._at(value):
            self.advance()
            return True
        self.fail_expected(TokenKind.PUNCTUATION, value)
        return False

    def parse_name(self) -> tuple[str, Span]:
        """A name, or "" and an empty place when there is none."""
        token = self.current
        if token.kind is TokenKind.NAME:
            self.advance()
            return token.value, token.span
        self.fail_expected(TokenKind.NAME)
        place = min(self._previous_end(), token.start)
        return "", Span(place, place)

    def parse_new_name(self) -> tuple[str, Span]:
        """A name that may be given a value."""
        name, span = self.parse_name()
        if name in _RESERVED:
            self.report(f"`{name}` can't be given a value", span, f"Can not assign a value to {name}")
        return name, span

    # Expressions

    def parse_expression(self, minimum: int = 0) -> n.Expression:
        """An expression whose operators bind at least as tightly as `minimum`."""
        if self._depth >= MAX_NESTING:
            self._too_deep()
            place = self.current.start
            self._height = 0
            return n.Missing(Span(place, place))
        self._depth += 1
        left = self._operand()
        left = self._binaries(left, minimum)
        if minimum == 0 and self._at("?"):
            left = self._ternary(left)
        self._depth -= 1
        return left

    def _operand(self) -> n.Expression:
        token = self.current
        if token.kind is TokenKind.OPERATOR and token.value in UNARY_OPERATORS:
            self.advance()
            operand = self.parse_expression(UNARY_PRECEDENCE)
            self._height += 1
            return n.Unary(Span(token.start, max(operand.span.end, token.end)), token.value, operand)
        if token.kind is TokenKind.PUNCTUATION and token.value in "([{":
            if token.value == "[":
                return self._list()
            if token.value == "{":
                return self._map()
            self.advance()
            inner = self.parse_expression()
            self.expect_punctuation(")")
            return self._postfix(inner, token.start)
        self._height = 1
        return self._primary(token)

    def _primary(self, token: Token) -> n.Expression:
        match token.kind:
            case TokenKind.NAME:
                if token.value in _CONSTANTS:
                    constant = _CONSTANTS[token.value]
                    self.advance()
                    node: n.Expression = (
                        n.NullLiteral(token.span) if constant is None else n.BooleanLiteral(token.span, constant)
                    )
                elif self.peek().kind is TokenKind.PUNCTUATION and self.peek().value == "(":
                    self.advance()
                    arguments = self.parse_arguments()
                    self._height += 1
                    span = Span(token.start, self._previous_end())
                    node = n.Call(span, token.value, token.span, arguments)
                else:
                    self.advance()
                    node = n.Variable(token.span, token.value)
            case TokenKind.NUMBER | TokenKind.LONG:
                self.advance()
                node = self._number(token)
            case TokenKind.STRING:
                self.advance()
                inner = Span(token.start + 1, token.end - 1 if token.closed else token.end)
                node = n.StringLiteral(token.span, token.value, inner, token.closed)
            case TokenKind.QUOTE_START:
                node = self._interpolation()
            case _:
                return self._missing()
        return self._postfix(node, token.start)

    def _number(self, token: Token) -> n.Expression:
        if "." in token.value:
            return n.DoubleLiteral(token.span, float(token.value))
        digits = token.value.lstrip("0") or "0"
        value = int(digits) if len(digits) < 20 else _MAX_LONG + 1
        if value > _MAX_LONG:
            message = "This number doesn't fit into 64 bits"
            self.report(message, token.span, f'For input string: "{token.value}"')
            value = _MAX_LONG
        return n.IntegerLiteral(token.span, value)

    def _interpolation(self) -> n.Expression:
        start = self.advance()
        parts: list[n.Expression] = []
        height = 0
        while self.at(TokenKind.STRING_PIECE, TokenKind.INTERPOLATION_START):
            token = self.advance()
            if token.kind is TokenKind.STRING_PIECE:
                parts.append(n.StringLiteral(token.span, token.value, token.span))
                continue
            parts.append(self.parse_expression())
            height = max(height, self._height)
            if not self.at(TokenKind.INTERPOLATION_END):
                self.fail_expected(TokenKind.INTERPOLATION_END)
            while not self.at(*_END_KINDS):
                self.advance()
            if self.at(TokenKind.INTERPOLATION_END):
                self.advance()
        if self.at(TokenKind.QUOTE_END):
            self.advance()
        self._height = height + 1
        if all(isinstance(part, n.StringLiteral) for part in parts):
            value = "".join(part.value for part in parts if isinstance(part, n.StringLiteral))
            end = self._previous_end()
            return n.StringLiteral(Span(start.start, end), value, Span(start.end, end - 1))
        return n.Interpolation(Span(start.start, self._previous_end()), tuple(parts))

    def _list(self) -> n.Expression:
        start = self.advance()
        items: list[n.Expression] = []
        height = 0
        if not self._at("]"):
            while True:
                items.append(self.parse_expression())
                height = max(height, self._height)
                if self._at("]") or not self.expect_punctuation(","):
                    break
        self._height = height + 1
        if self._at("]"):
            self.advance()
        return n.ListLiteral(Span(start.start, self._previous_end()), tuple(items))

    def _map(self) -> n.Expression:
        start = self.advance()
        entries: list[tuple[n.Expression, n.Expression]] = []
        height = 0
        if not self._at("}"):
            while True:
                key = self.parse_expression()
                height = max(height, self._height)
                if not self.expect_punctuation(":"):
                    entries.append((key, n.Missing(Span(self._previous_end(), self._previous_end()))))
                    break
                value = self.parse_expression()
                height = max(height, self._height)
                entries.append((key, value))
                if self._at("}") or not self.expect_punctuation(","):
                    break
        self._height = height + 1
        if self._at("}"):
            self.advance()
        return n.MapLiteral(Span(start.start, self._previous_end()), tuple(entries))

    def _postfix(self, node: n.Expression, start: int) -> n.Expression:
        height = self._height
        while True:
            if self._at("."):
                dot = self.advance()
                height += 1
                name, name_span = self._attribute_name(dot)
                arguments = None
                if name and self._at("("):
                    arguments = self.parse_arguments()
                    height = max(height, self._height)
                span = Span(start, max(self._previous_end(), name_span.end))
                node = n.Attribute(span, node, name, name_span, arguments)
            elif self._at("["):
                self.advance()
                key = self.parse_expression()
                height = max(height, self._height) + 1
                self.expect_punctuation("]")
                node = n.Subscript(Span(start, self._previous_end()), node, key)
            elif self._at("("):
                self.report("Only a name can be called", self.current.span, "Only a name can be called")
                self.parse_arguments()
            else:
                break
            if height > MAX_HEIGHT:
                self._too_deep()
                break
        self._height = height
        return node

    def _attribute_name(self, dot: Token) -> tuple[str, Span]:
        token = self.current
        if token.kind is TokenKind.NAME:
            self.advance()
            return token.value, token.span
        self.fail_expected(TokenKind.NAME)
        if token.kind is TokenKind.OPERATOR and token.value[0].isalpha() and token.start == dot.end:
            # `inputs.is` may become `inputs.isle`: what is typed so far stands as a name.
            self.advance()
            return token.value, token.span
        return "", Span(dot.end, dot.end)

    def _binaries(self, left: n.Expression, minimum: int) -> n.Expression:
        height = self._height
        while self.at(TokenKind.OPERATOR):
            operator = self._operators.get(self.current.value)
            if operator is None or operator.precedence < minimum:
                break
            token = self.advance()
            left = self._binary(left, operator, token)
            height = max(height, self._height) + 1
            if height > MAX_HEIGHT:
                self._too_deep()
                break
        self._height = height
        return left

    def _binary(self, left: n.Expression, operator: Operator, token: Token) -> n.Expression:
        self._height = 0
        if operator.role == "filter":
            return self._filter_step(left)
        if operator.role == "test":
            name, name_span = self.parse_name()
            arguments = self.parse_arguments() if name and self._at("(") else ()
            span = Span(left.span.start, max(self._previous_end(), name_span.end))
            return n.Test(span, left, name, name_span, token.value == "is not", arguments)
        right = self.parse_expression(operator.precedence + 1)
        span = Span(left.span.start, max(right.span.end, self._previous_end()))
        return n.Binary(span, token.value, token.span, left, right)

    def _filter_step(self, target: n.Expression) -> n.Expression:
        name, name_span = self.parse_name()
        arguments = self.parse_arguments() if name and self._at("(") else ()
        span = Span(target.span.start, max(self._previous_end(), name_span.end))
        return n.Filter(span, target, name, name_span, arguments)

    def parse_filters(self, target: n.Expression) -> n.Expression:
        """`f | g(a)` of a `filter` tag, around `target`."""
        node, count = self._filter_step(target), 1
        while self.at(TokenKind.OPERATOR) and self.current.value == "|":
            self.advance()
            node, count = self._filter_step(node), count + 1
            if count > MAX_HEIGHT:
                self._too_deep()
        return node

    def _ternary(self, condition: n.Expression) -> n.Expression:
        height = self._height
        self.advance()
        then = self.parse_expression()
        height = max(height, self._height)
        if self._at(":"):
            self.advance()
            otherwise = self.parse_expression()
        else:
            self.fail_expected(TokenKind.PUNCTUATION)
            place = self._previous_end()
            otherwise = n.Missing(Span(place, place))
        self._height = max(height, self._height) + 1
        return n.Ternary(Span(condition.span.start, self._previous_end()), condition, then, otherwise)

    # Arguments

    def parse_arguments(self) -> tuple[n.Argument, ...]:
        """`(a, name=b)`; the current token is the opening bracket."""
        self.advance()
        arguments: list[n.Argument] = []
        height = 0
        while not self._at(")"):
            if arguments and not self.expect_punctuation(","):
                break
            name, name_span, start = None, None, self.current.start
            if self.peek().kind is TokenKind.PUNCTUATION and self.peek().value == "=":
                name, name_span = self.parse_new_name()
                if not self.expect_punctuation("="):
                    break
            elif arguments and arguments[-1].name is not None:
                self.report(
                    "Arguments without a name must stand before those with one",
                    self.current.span,
                    "Positional arguments must be declared before any named arguments.",
                )
            value = self.parse_expression()
            height = max(height, self._height)
            arguments.append(n.Argument(Span(min(start, value.span.start), value.span.end), value, name, name_span))
            if self.at(*_END_KINDS):
                break
        self.expect_punctuation(")")
        self._height = height
        return tuple(arguments)

    def parse_macro_parameters(self) -> tuple[n.MacroParameter, ...]:
        """`(a, b=1)` of a macro."""
        parameters: list[n.MacroParameter] = []
        if not self.expect_punctuation("("):
            return ()
        while not self._at(")"):
            if parameters and not self.expect_punctuation(","):
                break
            name, span = self.parse_new_name()
            if not name:
                break
            default = None
            if self._at("="):
                self.advance()
                default = self.parse_expression()
            parameters.append(n.MacroParameter(span, name, default))
        self.expect_punctuation(")")
        return tuple(parameters)


def _found(token: Token) -> str:
    if token.kind is TokenKind.EOF or not token.closed:
        return "the end of the text"
    return f"`{token.value}`"
