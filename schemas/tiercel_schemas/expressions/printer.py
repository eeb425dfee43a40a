"""From nodes back to text that reads as the same nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from tiercel_schemas.expressions import nodes as n
from tiercel_schemas.expressions.tokens import UNARY_PRECEDENCE, binary_operators
from tiercel_schemas.versions import DEFAULT_VERSION

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tiercel_schemas.versions import KestraVersion

_ATOM = 1000


def print_template(template: n.Template, version: KestraVersion = DEFAULT_VERSION) -> str:
    """The text of a template without problems. Whitespace inside delimiters is made regular."""
    return "".join(_part(part, version) for part in template.parts)


def print_expression(expression: n.Expression, version: KestraVersion = DEFAULT_VERSION) -> str:
    """The text of an expression, with the brackets that the version's precedence asks for."""
    return _ExpressionPrinter(version).text(expression, 0)


class _ExpressionPrinter:
    def __init__(self, version: KestraVersion) -> None:
        self._operators = binary_operators(version)

    def text(self, node: n.Expression, minimum: int) -> str:
        written, precedence = self._write(node)
        return f"({written})" if precedence < minimum else written

    def _write(self, node: n.Expression) -> tuple[str, int]:
        match node:
            case n.Missing() | n.FilterInput():
                return "", _ATOM
            case n.NullLiteral() | n.BooleanLiteral() | n.IntegerLiteral() | n.DoubleLiteral() | n.StringLiteral():
                return _literal(node), _ATOM
            case n.Interpolation(parts=parts):
                return f'"{"".join(map(self._piece, parts))}"', _ATOM
            case n.ListLiteral(items=items):
                return f"[{', '.join(self.text(item, 0) for item in items)}]", _ATOM - 1
            case n.MapLiteral(entries=entries):
                pairs = (f"{self.text(key, 0)}: {self.text(value, 0)}" for key, value in entries)
                # The closing bracket must not join another into the end of the template's expression.
                return f"{{{', '.join(pairs)}}}", _ATOM - 1
            case n.Variable(name=name):
                return name, _ATOM
            case _:
                return self._write_compound(node)

    def _write_compound(self, node: n.Expression) -> tuple[str, int]:
        match node:
            case n.Attribute(target=target, name=name, arguments=arguments):
                call = "" if arguments is None else f"({self._arguments(arguments)})"
                return f"{self.text(target, _ATOM)}.{name}{call}", _ATOM
            case n.Subscript(target=target, key=key):
                return f"{self.text(target, _ATOM)}[{self.text(key, 0)}]", _ATOM
            case n.Call(name=name, arguments=call_arguments):
                return f"{name}({self._arguments(call_arguments)})", _ATOM
            case n.Filter():
                return self._filter(node), self._operators["|"].precedence
            case n.Test(target=target, name=name, negated=negated, arguments=test_arguments):
                precedence = self._operators["is"].precedence
                call = f"({self._arguments(test_arguments)})" if test_arguments else ""
                return f"{self.text(target, precedence)} is {'not ' if negated else ''}{name}{call}", precedence
            case n.Unary(operator=operator, operand=operand):
                return f"{operator} {self.text(operand, UNARY_PRECEDENCE)}", UNARY_PRECEDENCE
            case n.Binary(operator=operator, left=left, right=right):
                precedence = self._operators[operator].precedence
                left_text, right_text = self.text(left, precedence), self.text(right, precedence + 1)
                return f"{left_text} {operator} {right_text}", precedence
            case n.Ternary(condition=condition, then=then, otherwise=otherwise):
                choices = f"{self.text(then, 0)} : {self.text(otherwise, 0)}"
                return f"{self.text(condition, 1)} ? {choices}", 0
        msg = f"not an expression: {type(node).__name__}"
        raise TypeError(msg)

    def _filter(self, node: n.Filter) -> str:
        call = f"({self._arguments(node.arguments)})" if node.arguments else ""
        if isinstance(node.target, n.FilterInput):
            return f"{node.name}{call}"
        target = self.text(node.target, self._operators["|"].precedence)
        return f"{target} | {node.name}{call}"

    def _arguments(self, arguments: Iterable[n.Argument]) -> str:
        return ", ".join(
            f"{argument.name}={self.text(argument.value, 0)}" if argument.name else self.text(argument.value, 0)
            for argument in arguments
        )

    def _piece(self, part: n.Expression) -> str:
        if isinstance(part, n.StringLiteral):
            return part.value.replace('"', '\\"')
        return f"#{{{self.text(part, 0)}}}"


def _literal(
    node: n.NullLiteral | n.BooleanLiteral | n.IntegerLiteral | n.DoubleLiteral | n.StringLiteral,
) -> str:
    match node:
        case n.NullLiteral():
            return "null"
        case n.BooleanLiteral(value=flag):
            return "true" if flag else "false"
        case n.IntegerLiteral(value=number):
            return str(number)
        case n.DoubleLiteral(value=double):
            return _double(double)
        case n.StringLiteral(value=value):
            return _string(value)
    assert_never(node)


def _string(value: str) -> str:
    # A backslash escapes nothing but the quote, and can't be escaped itself.
    if "'" not in value:
        return f"'{value}'"
    escaped = value.replace("'", "\\'")
    return f"'{escaped}'"


def _double(value: float) -> str:
    text = repr(value)
    if "e" in text or "inf" in text:
        text = f"{value:f}"
    return text if "." in text else f"{text}.0"


def _part(part: n.Part, version: KestraVersion) -> str:
    match part:
        case n.Text(value=value):
            return value
        case n.Raw(value=value):
            return f"{{% raw %}}{value}{{% endraw %}}"
        case n.Verbatim(value=value):
            return f"{{% verbatim %}}{value}{{% endverbatim %}}"
        case n.Comment():
            return "{# #}"
        case n.Print(expression=expression):
            return f"{{{{ {print_expression(expression, version)} }}}}"
        case n.Set(name=name, value=set_value):
            return f"{{% set {name} = {print_expression(set_value, version)} %}}"
        case n.UnknownTag(name=name):
            return f"{{% {name} %}}"
        case n.If() | n.For() | n.Macro() | n.Block() | n.FilterBlock():
            return _tag(part, version)
    assert_never(part)


def _tag(part: n.If | n.For | n.Macro | n.Block | n.FilterBlock, version: KestraVersion) -> str:
    match part:
        case n.If(branches=branches, otherwise=otherwise):
            texts = [
                f"{{% {'elseif' if index else 'if'} {print_expression(branch.condition, version)} %}}"
                f"{_body(branch.body, version)}"
                for index, branch in enumerate(branches)
            ]
            return f"{''.join(texts)}{_otherwise(otherwise, version)}{{% endif %}}"
        case n.For(variable=variable, iterable=iterable, body=body, otherwise=otherwise):
            head = f"{{% for {variable} in {print_expression(iterable, version)} %}}"
            return f"{head}{_body(body, version)}{_otherwise(otherwise, version)}{{% endfor %}}"
        case n.Macro(name=name, parameters=parameters, body=body):
            written = ", ".join(
                p.name if p.default is None else f"{p.name}={print_expression(p.default, version)}" for p in parameters
            )
            return f"{{% macro {name}({written}) %}}{_body(body, version)}{{% endmacro %}}"
        case n.Block(name=name, body=body):
            return f"{{% block {name} %}}{_body(body, version)}{{% endblock %}}"
        case n.FilterBlock(filters=filters, body=body):
            return f"{{% filter {print_expression(filters, version)} %}}{_body(body, version)}{{% endfilter %}}"
    assert_never(part)


def _body(parts: Iterable[n.Part], version: KestraVersion) -> str:
    return "".join(_part(part, version) for part in parts)


def _otherwise(parts: tuple[n.Part, ...] | None, version: KestraVersion) -> str:
    return "" if parts is None else f"{{% else %}}{_body(parts, version)}"
