"""Random expressions and templates."""

from __future__ import annotations

from hypothesis import strategies as st

from tiercel_schemas.expressions import (
    Argument,
    Attribute,
    Binary,
    Block,
    BooleanLiteral,
    Call,
    DoubleLiteral,
    Filter,
    FilterBlock,
    FilterInput,
    For,
    If,
    IfBranch,
    IntegerLiteral,
    Interpolation,
    ListLiteral,
    Macro,
    MacroParameter,
    MapLiteral,
    NullLiteral,
    Print,
    Set,
    StringLiteral,
    Subscript,
    Template,
    Ternary,
    Test,
    Text,
    Unary,
    Variable,
)
from tiercel_schemas.source.spans import Span

_S = Span(0, 0)
# Names that begin with an operator's word are operators to Kestra's lexer when no letter follows the word.
names = st.sampled_from(["a", "inputs", "b_1", "_x", "trigger", "order", "isle", "notes", "outputs2", "Contains"])
strings = st.text(st.characters(exclude_characters="\\{}%#\r", exclude_categories=["Cs"]), max_size=8)
binaries = st.sampled_from(
    [
        "or",
        "and",
        "contains",
        "==",
        "equals",
        "!=",
        "<",
        ">",
        "<=",
        ">=",
        "??",
        "???",
        "isIn",
        "+",
        "-",
        "*",
        "/",
        "%",
        "~",
        "..",
    ]
)

literals = st.one_of(
    st.builds(NullLiteral, st.just(_S)),
    st.builds(BooleanLiteral, st.just(_S), st.booleans()),
    st.builds(IntegerLiteral, st.just(_S), st.integers(0, 2**63 - 1)),
    st.builds(DoubleLiteral, st.just(_S), st.integers(0, 10**6).map(lambda i: i / 64)),
    st.builds(StringLiteral, st.just(_S), strings, st.just(_S)),
    st.builds(Variable, st.just(_S), names),
)


def _arguments(inner):
    positional = st.lists(st.builds(Argument, st.just(_S), inner), max_size=2)
    named = st.lists(st.builds(Argument, st.just(_S), inner, names), max_size=2)
    return st.tuples(positional, named).map(lambda pair: tuple(pair[0] + pair[1]))


def _interpolation(inner):
    piece = st.builds(StringLiteral, st.just(_S), strings.filter(bool), st.just(_S))
    # Texts are told from each other by the expressions between them.
    other = inner.filter(lambda node: not isinstance(node, StringLiteral))
    return st.tuples(st.booleans(), piece, other, piece).map(
        lambda t: Interpolation(_S, (t[1], t[2], t[3]) if t[0] else (t[2], t[3]))
    )


def _compound(inner):
    arguments = _arguments(inner)
    return st.one_of(
        st.builds(Binary, st.just(_S), binaries, st.just(_S), inner, inner),
        st.builds(Attribute, st.just(_S), inner, names, st.just(_S)),
        st.builds(Subscript, st.just(_S), inner, inner),
        st.builds(Call, st.just(_S), names, st.just(_S), arguments),
        st.builds(Filter, st.just(_S), inner, names, st.just(_S), arguments),
        st.builds(Test, st.just(_S), inner, names, st.just(_S), st.booleans(), arguments),
        st.builds(Unary, st.just(_S), st.sampled_from(["not", "-", "+"]), inner),
        st.builds(Ternary, st.just(_S), inner, inner, inner),
        st.lists(inner, max_size=3).map(lambda items: ListLiteral(_S, tuple(items))),
        st.lists(st.tuples(inner, inner), max_size=2).map(lambda pairs: MapLiteral(_S, tuple(pairs))),
        _interpolation(inner),
    )


expressions = st.recursive(literals, _compound, max_leaves=8)


def _tags(parts):
    body = st.lists(parts, max_size=2).map(tuple)
    otherwise = st.none() | body
    branches = st.lists(st.builds(IfBranch, st.just(_S), expressions, body), min_size=1, max_size=2).map(tuple)
    parameters = st.lists(st.builds(MacroParameter, st.just(_S), names, st.none() | expressions), max_size=2)
    filters = st.builds(Filter, st.just(_S), st.just(FilterInput(_S)), names, st.just(_S), _arguments(expressions))
    return st.one_of(
        st.builds(If, st.just(_S), branches, otherwise),
        st.builds(For, st.just(_S), names, st.just(_S), expressions, body, otherwise),
        st.builds(Macro, st.just(_S), names, st.just(_S), parameters.map(tuple), body),
        st.builds(Block, st.just(_S), names, st.just(_S), body),
        st.builds(FilterBlock, st.just(_S), filters, body),
    )


# Neighbouring texts would be read as one: between two parts of a kind stands a print.
_prints = st.builds(Print, st.just(_S), expressions)
_simple = st.one_of(_prints, st.builds(Set, st.just(_S), names, st.just(_S), expressions))
_texts = st.builds(Text, st.just(_S), strings.filter(bool))
_parts = st.recursive(_simple, _tags, max_leaves=4)
templates = st.lists(st.tuples(_texts, _parts), max_size=3).map(
    lambda pairs: Template("", tuple(part for pair in pairs for part in pair))
)

_FRAGMENTS = st.sampled_from(
    [
        *[
            "{{",
            "}}",
            "{%",
            "%}",
            "{#",
            "#}",
            "{{-",
            "-}}",
            "(",
            ")",
            "[",
            "]",
            "{",
            "}",
            ".",
            ",",
            ":",
            "?",
            "=",
            "|",
            "~",
            "..",
            "??",
            "???",
            "'",
            '"',
            "\\",
            "#{",
            "a",
            "inputs",
            "not",
            "is",
            "or",
            "1",
            "1.5",
            "9L",
        ],
        " ",
        "\n",
        "{% if a %}",
        "{% endif %}",
        "{% else %}",
        "{% for x in y %}",
        "{% endfor %}",
        "{% raw %}",
        "{% endraw %}",
        "{% verbatim %}",
        "{% endverbatim %}",
        "{% set x = ",
        "{% macro m(",
        "is not",
        "\u2028",
        "é",
    ]
)
broken_texts = st.lists(_FRAGMENTS, max_size=40).map("".join) | st.text(max_size=60)
