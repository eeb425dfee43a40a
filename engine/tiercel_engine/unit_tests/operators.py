"""The operators of assertions, on what has been rendered already. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tiercel_engine.expressions.texts import printed

_NUMBER = re.compile(
    r"(?P<sign>[+-]?)(?:(?P<word>NaN|Infinity)|(?P<digits>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)[fFdD]?)", re.ASCII
)


class NotComparableError(ValueError):
    """What is expected, or what is there, is nothing that the operator can compare."""


@dataclass(frozen=True, slots=True)
class Operator:
    """How an operator judges and what it says: `expected 'VALUE' WORDS 'EXPECTED' but was 'ACTUAL'`."""

    words: str
    holds: Callable[[Any, Any], bool]
    """Of what is there (text, or None for null) and what is expected (rendered)."""
    takes_value: bool = True
    """Whether what is expected belongs into the sentence."""


def judge(name: str, actual: str | None, expected: Any) -> bool:
    """Whether an operator holds; raises `NotComparableError`.

    `actual` is text, None for null, which all but `isNull` and `isNotNull` take for the empty text.
    """
    return OPERATORS[name].holds(actual, expected)


def expectation(name: str, source: str, expected: Any, actual: str | None) -> str:
    """The sentence that says what was expected of the value whose source this is."""
    operator = OPERATORS[name]
    if not operator.takes_value:
        wanted = _truth(expected) is (name == "isNull")
        words = "to be null" if wanted else "to be not null"
        return f"expected '{source}' {words} but was '{'null' if actual is None else actual}'"
    return f"expected '{source}' {operator.words} '{as_text(expected)}' but was '{_text(actual)}'"


def as_text(value: Any) -> str:
    """A rendered value as Kestra compares it: maps and lists as JSON, `true`, `1.0`."""
    return printed(value)


def number(text: Any) -> float:
    """A number as Java reads a double; raises `NotComparableError`."""
    if isinstance(text, int | float) and not isinstance(text, bool):
        return float(text)
    match = _NUMBER.fullmatch(as_text(text).strip())
    if match is None:
        raise NotComparableError(f"'{as_text(text)}' is no number")
    if match["word"]:
        return float(match["sign"] + ("nan" if match["word"] == "NaN" else "inf"))
    return float(match["sign"] + match["digits"])


def _text(actual: str | None) -> str:
    return "" if actual is None else actual


def _truth(value: Any) -> bool:
    text = as_text(value).strip().lower()
    if text not in {"true", "false"}:
        raise NotComparableError(f"'{as_text(value)}' is neither true nor false")
    return text == "true"


def _texts(value: Any) -> Sequence[str]:
    if isinstance(value, list | tuple):
        return [as_text(item) for item in value]
    raise NotComparableError(f"'{as_text(value)}' is no list")


OPERATORS: Mapping[str, Operator] = {
    "isNull": Operator("to be null", lambda a, e: (a is None) is _truth(e), takes_value=False),
    "isNotNull": Operator("to be not null", lambda a, e: (a is not None) is _truth(e), takes_value=False),
    "equalTo": Operator("to equal", lambda a, e: _text(a) == as_text(e)),
    "notEqualTo": Operator("to not equal", lambda a, e: _text(a) != as_text(e)),
    "endsWith": Operator("to end with", lambda a, e: _text(a).endswith(as_text(e))),
    "startsWith": Operator("to start with", lambda a, e: _text(a).startswith(as_text(e))),
    "contains": Operator("to contain", lambda a, e: as_text(e) in _text(a)),
    "greaterThan": Operator("to be greater than", lambda a, e: number(_text(a)) > number(e)),
    "greaterThanOrEqualTo": Operator("to be greater than or equal to", lambda a, e: number(_text(a)) >= number(e)),
    "lessThan": Operator("to be less than", lambda a, e: number(_text(a)) < number(e)),
    "lessThanOrEqualTo": Operator("to be less than or equal to", lambda a, e: number(_text(a)) <= number(e)),
    "in": Operator("to be in", lambda a, e: _text(a) in _texts(e)),
    "notIn": Operator("to not be in", lambda a, e: _text(a) not in _texts(e)),
}
