"""Tests, tags and operators."""

from __future__ import annotations

from tiercel_schemas.expressions.signatures.model import Signature, SignatureKind

_T, _G, _O = SignatureKind.TEST, SignatureKind.TAG, SignatureKind.OPERATOR
_B = "boolean"

TESTS = (
    Signature("defined", _T, (), _B, "Whether the name exists and is not null; never fails."),
    Signature("empty", _T, (), _B, "Whether it is null, text without characters, or an empty list or map."),
    Signature("even", _T, (), _B, "Whether a whole number is even.", "integer"),
    Signature("odd", _T, (), _B, "Whether a whole number is odd.", "integer"),
    Signature("iterable", _T, (), _B, "Whether it is a list."),
    Signature("json", _T, (), _B, "Whether text can be parsed as JSON.", "string"),
    Signature("map", _T, (), _B, "Whether it is a map."),
    Signature("null", _T, (), _B, "Whether it is null; fails on a name that doesn't exist."),
)

TAGS = (
    Signature("if", _G, (), "text", "Prints its body when a condition holds.", example="{% if a %}…{% endif %}"),
    Signature(
        "for",
        _G,
        (),
        "text",
        "Prints its body for each element; `loop` knows index, first, last, length, revindex.",
        example="{% for x in inputs.list %}…{% endfor %}",
    ),
    Signature("set", _G, (), "text", "Gives a variable a value.", example="{% set x = 1 %}"),
    Signature(
        "macro",
        _G,
        (),
        "text",
        "A piece of template to be called with arguments.",
        example="{% macro hi(name) %}Hi {{ name }}{% endmacro %}",
    ),
    Signature("block", _G, (), "text", "A named piece of the template.", example="{% block b %}…{% endblock %}"),
    Signature(
        "filter", _G, (), "text", "Sends its body through filters.", example="{% filter upper %}…{% endfilter %}"
    ),
    Signature(
        "verbatim",
        _G,
        (),
        "text",
        "Text that is printed as it stands.",
        example="{% verbatim %}{{ x }}{% endverbatim %}",
    ),
    Signature(
        "raw", _G, (), "text", "Text of one line that is never evaluated.", example="{% raw %}{{ x }}{% endraw %}"
    ),
)

OPERATORS = (
    Signature("or", _O, (), _B, "Whether one of two conditions holds."),
    Signature("and", _O, (), _B, "Whether two conditions hold."),
    Signature("not", _O, (), _B, "Whether a condition doesn't hold; binds tighter than everything else."),
    Signature("is", _O, (), _B, "Asks a test: `x is empty`."),
    Signature("is not", _O, (), _B, "Asks the opposite of a test: `x is not empty`."),
    Signature("contains", _O, (), _B, "Whether a list, map (by key) or text contains something."),
    Signature("isIn", _O, (), _B, "Whether a list or map contains something, compared as text."),
    Signature("==", _O, (), _B, "Whether two values are equal; numbers by value, text never equals a number."),
    Signature("equals", _O, (), _B, "The same as `==`."),
    Signature("!=", _O, (), _B, "Whether two values differ."),
    Signature("<", _O, (), _B, "Whether a number (in 2.0 also text) comes before another."),
    Signature(">", _O, (), _B, "Whether a number (in 2.0 also text) comes after another."),
    Signature("<=", _O, (), _B, "Whether a number (in 2.0 also text) doesn't come after another."),
    Signature(">=", _O, (), _B, "Whether a number (in 2.0 also text) doesn't come before another."),
    Signature("??", _O, (), "any", "The right side when the left one is missing anywhere on its path, or null."),
    Signature("???", _O, (), "any", "The right side when the left one is missing; null stays."),
    Signature("+", _O, (), "any", "Adds numbers, joins texts, appends to a list."),
    Signature("-", _O, (), "any", "Subtracts numbers, takes elements out of a list."),
    Signature("*", _O, (), "number", "Multiplies."),
    Signature("/", _O, (), "number", "Divides; whole numbers give a whole number."),
    Signature("%", _O, (), "number", "The remainder of a division."),
    Signature("|", _O, (), "any", "Sends a value through a filter."),
    Signature("~", _O, (), "string", "Joins two values as text; null is nothing."),
    Signature("..", _O, (), "list", "The numbers or letters from one to another."),
)
