"""What templates read as: precedence by version, half-typed text, messages."""

from __future__ import annotations

import pytest

from tiercel_schemas.expressions import (
    Attribute,
    Call,
    Filter,
    For,
    If,
    Missing,
    Print,
    StringLiteral,
    Subscript,
    Text,
    Variable,
    nodes_at,
    parse_template,
    print_expression,
)
from tiercel_schemas.expressions import Test as TestNode
from tiercel_schemas.versions import KestraVersion

V1_3, V2_0 = KestraVersion.V1_3, KestraVersion.V2_0


def grouped(text, version=V2_0):
    """The expression with every operator in brackets: printed by a version in which nothing binds."""
    from tiercel_schemas.expressions import Binary, Ternary, Unary

    def write(node):
        match node:
            case Binary():
                return f"({write(node.left)} {node.operator} {write(node.right)})"
            case Unary():
                return f"({node.operator} {write(node.operand)})"
            case Filter():
                return f"({write(node.target)} | {node.name})"
            case TestNode():
                return f"({write(node.target)} is {'not ' if node.negated else ''}{node.name})"
            case Ternary():
                return f"({write(node.condition)} ? {write(node.then)} : {write(node.otherwise)})"
            case _:
                return print_expression(node, version)

    template = parse_template(f"{{{{ {text} }}}}", version)
    assert template.problems == ()
    return write(template.sole_expression)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a + b * c - d", "((a + (b * c)) - d)"),
        ("a ~ b | upper", "((a ~ b) | upper)"),
        ("1..3 | join", "((1 .. 3) | join)"),
        ("not a == b", "((not a) == b)"),
        ("- a.b + 1", "((- a.b) + 1)"),
        ("a and b or c and d", "((a and b) or (c and d))"),
        ("a is not empty and b", "((a is not empty) and b)"),
        ("a == b contains c", "((a == b) contains c)"),
        ("a ? b : c ? d : e", "(a ? b : (c ? d : e))"),
        ("a - b - c", "((a - b) - c)"),
        ("a == b == c", "((a == b) == c)"),
    ],
)
def test_precedence(text, wanted):
    assert grouped(text) == wanted


@pytest.mark.parametrize(
    ("text", "new", "old"),
    [
        ("a ?? 1 + 1", "(a ?? (1 + 1))", "((a ?? 1) + 1)"),
        ("x ~ a ?? d", "((x ~ a) ?? d)", "(x ~ (a ?? d))"),
        ("a ??? b == c", "((a ??? b) == c)", "((a ??? b) == c)"),
        ("1 + a isIn b", "((1 + a) isIn b)", "(1 + (a isIn b))"),
        ("a ?? b | f", "(a ?? (b | f))", "((a ?? b) | f)"),
    ],
)
def test_defaults_bind_by_version(text, new, old):
    assert grouped(text, V2_0) == new
    assert grouped(text, V1_3) == old


def only(text):
    template = parse_template(text)
    (part,) = template.parts
    assert isinstance(part, Print)
    return part.expression, template


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("{{ inputs.", lambda e: isinstance(e, Attribute) and e.name == "" and e.name_span == (10, 10)),
        ("{{ inputs. }}", lambda e: isinstance(e, Attribute) and e.name == "" and e.name_span == (10, 10)),
        ("{{ inputs.is", lambda e: isinstance(e, Attribute) and e.name == "is"),
        ("{{ outputs.a | ", lambda e: isinstance(e, Filter) and e.name == "" and e.target.name == "a"),
        ("{{ outputs.a | up", lambda e: isinstance(e, Filter) and e.name == "up"),
        ("{{ f(", lambda e: isinstance(e, Call) and isinstance(e.arguments[-1].value, Missing)),
        ("{{ f(a, ", lambda e: isinstance(e, Call) and len(e.arguments) == 2),
        ("{{ f(a, b=", lambda e: isinstance(e, Call) and e.arguments[1].name == "b"),
        (
            "{{ read('a/",
            lambda e: isinstance(e.arguments[0].value, StringLiteral) and e.arguments[0].value.value == "a/",
        ),
        ("{{ a is ", lambda e: isinstance(e, TestNode) and e.name == ""),
        ("{{ a['b", lambda e: isinstance(e, Subscript) and e.key.value == "b" and not e.key.closed),
        ("{{ a.b.c", lambda e: isinstance(e, Attribute) and e.name == "c" and e.target.name == "b"),
        ("{{", lambda e: isinstance(e, Missing)),
        ("{{ a ? b", lambda e: isinstance(e.otherwise, Missing)),
        ("{{ {'k': ", lambda e: isinstance(e.entries[0][1], Missing)),
    ],
)
def test_half_typed_text_keeps_its_nodes(text, shape):
    expression, template = only(text)
    assert shape(expression)
    assert template.problems


def test_an_open_expression_ends_with_its_line():
    template = parse_template("{{ inputs.\n{{ outputs.a }}\nrest {{ b }}")
    assert [type(part) for part in template.parts] == [Print, Text, Print, Text, Print]
    assert template.parts[2].expression == Attribute((0, 0), Variable((0, 0), "outputs"), "a", (0, 0))
    assert len(template.problems) == 1


def test_one_mistake_is_told_once():
    template = parse_template("{{ f(a, [1 }} {{ ok }} {{ & }} {{ b")
    assert [problem.span.start for problem in template.problems] == sorted(p.span.start for p in template.problems)
    assert len(template.problems) <= 3
    assert any(isinstance(part, Print) and part.expression == Variable((0, 0), "ok") for part in template.parts)


def test_tags_keep_their_bodies_when_they_are_not_closed():
    template = parse_template("{% if a %}x{% for i in l %}{{ i }}")
    (branch,) = template.parts
    assert isinstance(branch, If)
    assert isinstance(branch.branches[0].body[1], For)
    assert [problem.engine_message for problem in template.problems] == [
        'Unexpected end of template. Pebble was looking for the "endfor" tag',
        'Unexpected end of template. Pebble was looking for the "endif" tag',
    ]


@pytest.mark.parametrize(
    ("text", "engine_message"),
    [
        ("{{ }}", 'Unexpected token "PRINT_END" of value "}}"'),
        ("{{ a }", 'Unexpected "}"'),
        ("{{ (1 }}", 'Unclosed ")"'),
        ("{{ 'open }}", "Unexpected character [']"),
        ("{{ 1e3 }}", 'Unexpected token of value "e3" and type NAME, expected token of type PRINT_END'),
        ("{% break %}", 'Unexpected tag name "break"'),
        ("{%", "A block must start with a tag name."),
        ("{% set true = 1 %}", "Can not assign a value to true"),
        ("{{ f(a=1, 2) }}", "Positional arguments must be declared before any named arguments."),
        ("{# a", "Unclosed comment."),
    ],
)
def test_messages_of_the_engine(text, engine_message):
    assert parse_template(text).problems[0].engine_message == engine_message


def test_nodes_around_a_cursor():
    text = "{{ outputs.a.b | f(inputs.x) }}"
    offset = text.index("puts.x")
    kinds = [type(node).__name__ for node in nodes_at(parse_template(text), offset)]
    assert kinds == ["Print", "Filter", "Argument", "Attribute", "Variable"]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("a {{- x -}} b", ["a", "b"]),
        ("a {%- set x = 1 -%} b", ["a", "b"]),
        ("a {#- c -#} b", ["a", "b"]),
        ("a {{-x }} b", ["a ", " b"]),
        ("{% raw %}{{ a }}{% endraw %} b", [" b"]),
    ],
)
def test_whitespace_is_trimmed_where_a_delimiter_asks(text, values):
    assert [part.value for part in parse_template(text).parts if isinstance(part, Text)] == values
