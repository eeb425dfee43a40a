"""Tokens of a template, and what each version writes as an operator."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import cache
from typing import Literal, NamedTuple

from tiercel_schemas.source.spans import Span
from tiercel_schemas.versions import KestraVersion


class TokenKind(StrEnum):
    """Kinds of tokens; their names are those that Kestra prints in its messages."""

    TEXT = "TEXT"
    RAW = "RAW"
    VERBATIM = "VERBATIM"
    COMMENT = "COMMENT"
    PRINT_START = "PRINT_START"
    PRINT_END = "PRINT_END"
    EXECUTE_START = "EXECUTE_START"
    EXECUTE_END = "EXECUTE_END"
    NAME = "NAME"
    NUMBER = "NUMBER"
    LONG = "LONG"
    STRING = "STRING"
    QUOTE_START = "STRING_START"
    QUOTE_END = "STRING_END"
    STRING_PIECE = "STRING_PIECE"
    INTERPOLATION_START = "STRING_INTERPOLATION_START"
    INTERPOLATION_END = "STRING_INTERPOLATION_END"
    OPERATOR = "OPERATOR"
    PUNCTUATION = "PUNCTUATION"
    EOF = "EOF"


class Token(NamedTuple):
    """A token; `value` is unescaped text for strings. `closed` is false for what the text leaves open."""

    kind: TokenKind
    value: str
    start: int
    end: int
    closed: bool = True

    @property
    def span(self) -> Span:
        """Its place in the template's text."""
        return Span(self.start, self.end)


class Operator(NamedTuple):
    """A binary operator: a higher `precedence` binds tighter; all group to the left."""

    symbol: str
    precedence: int
    role: Literal["operator", "test", "filter"] = "operator"


UNARY_PRECEDENCE = 500
UNARY_OPERATORS = ("not", "-", "+")

_COMMON = (
    Operator("or", 10),
    Operator("and", 15),
    Operator("is", 20, "test"),
    Operator("is not", 20, "test"),
    Operator("contains", 20),
    *(Operator(symbol, 30) for symbol in ("==", "equals", "!=", "<", ">", "<=", ">=")),
    Operator("+", 40),
    Operator("-", 40),
    *(Operator(symbol, 60) for symbol in "*/%"),
    Operator("|", 100, "filter"),
    Operator("~", 110),
    Operator("..", 120),
)


@cache
def binary_operators(version: KestraVersion) -> dict[str, Operator]:
    """The binary operators of a version by symbol."""
    # From 2.0 on the default operators bind as loosely as comparison; before, tighter than all else.
    default = 120 if version is KestraVersion.V1_3 else 30
    added = (Operator(symbol, default) for symbol in ("??", "???", "isIn"))
    return {operator.symbol: operator for operator in (*_COMMON, *added)}


def _operator_pattern() -> str:
    # The same symbols in every version; only their precedence differs.
    symbols = sorted({*binary_operators(KestraVersion.V2_0), *UNARY_OPERATORS}, key=lambda s: (-len(s), s))
    return "|".join(re.escape(s) + ("(?![a-zA-Z0-9_])" if s[-1].isalpha() else "") for s in symbols)


# In the order in which Kestra tries them.
EXPRESSION_TOKEN = re.compile(
    rf"(?P<operator>{_operator_pattern()})"
    r"|(?P<name>[^\W\d]\w*)"
    r"|(?P<long>[0-9]+L)"
    r"|(?P<number>[0-9]+(?:\.[0-9]+)?)"
    r"|(?P<punctuation>[()\[\]{}?:.,|=])"
    r"|(?P<string>\"[^#\"\\]*(?:\\.[^#\"\\]*)*\"|'[^'\\]*(?:\\.[^'\\]*)*')"
    r"|(?P<quote>\")",
    re.DOTALL,
)
