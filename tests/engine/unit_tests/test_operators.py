"""Operators of assertions: their laws, and the readings of numbers."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiercel_engine.unit_tests.operators import (
    OPERATORS,
    NotComparableError,
    as_text,
    expectation,
    judge,
    number,
)
from tiercel_schemas.model.unit_test import OPERATORS as WRITTEN

TEXTS = st.text(max_size=20)
ACTUALS = st.none() | TEXTS
NUMBERS = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(10**6), 10**6)


def test_every_operator_that_may_be_written_can_be_judged() -> None:
    assert tuple(OPERATORS) == WRITTEN


@given(ACTUALS, TEXTS | st.integers() | st.booleans())
def test_equality_and_its_opposite(actual: str | None, expected: Any) -> None:
    assert judge("equalTo", actual, expected) is not judge("notEqualTo", actual, expected)
    assert judge("equalTo", as_text(expected), expected)


@given(ACTUALS, st.booleans())
def test_null_and_its_opposite(actual: str | None, expected: bool) -> None:
    assert judge("isNull", actual, expected) is not judge("isNotNull", actual, expected)
    assert judge("isNull", actual, expected) is judge("isNotNull", actual, not expected)
    assert judge("isNull", actual, True) is (actual is None)


@given(ACTUALS, st.lists(TEXTS | st.integers(), min_size=1, max_size=5))
def test_membership_and_its_opposite(actual: str | None, expected: list[Any]) -> None:
    assert judge("in", actual, expected) is not judge("notIn", actual, expected)
    assert judge("in", actual, expected) is any(judge("equalTo", actual, each) for each in expected)


@given(TEXTS, TEXTS, TEXTS)
def test_parts_of_texts(before: str, part: str, after: str) -> None:
    whole = before + part + after
    assert judge("startsWith", whole, before)
    assert judge("endsWith", whole, after)
    assert judge("contains", whole, part)
    assert judge("contains", whole, part + "!") is (part + "!" in whole)


@given(NUMBERS, NUMBERS)
def test_order(left: float, right: float) -> None:
    text = as_text(left)
    assert judge("greaterThan", text, right) is not judge("lessThanOrEqualTo", text, right)
    assert judge("lessThan", text, right) is not judge("greaterThanOrEqualTo", text, right)
    assert judge("lessThan", text, right) is (number(text) < float(right))
    assert judge("greaterThanOrEqualTo", text, left)


@given(NUMBERS)
def test_numbers_are_read_as_they_are_printed(value: float) -> None:
    assert number(as_text(value)) == float(value)


@pytest.mark.parametrize(
    ("text", "value"),
    [(" 12 ", 12), ("1e3", 1000), ("-.5", -0.5), ("7.", 7), ("2d", 2), ("3.5f", 3.5), ("-Infinity", -math.inf)],
)
def test_java_doubles(text: str, value: float) -> None:
    assert number(text) == value


def test_no_number_is_greater_or_lesser_than_one_that_is_none() -> None:
    assert math.isnan(number("NaN"))
    assert not judge("greaterThan", "NaN", 1)
    assert not judge("lessThanOrEqualTo", "NaN", 1)


@pytest.mark.parametrize("text", ["", "12a", "1_000", "true", "0x10", "one", "inf", "١"])
def test_what_is_no_number(text: str) -> None:
    with pytest.raises(NotComparableError):
        judge("greaterThan", text, 1)
    with pytest.raises(NotComparableError):
        judge("lessThan", "1", text)


def test_what_is_no_list_and_no_truth() -> None:
    with pytest.raises(NotComparableError):
        judge("in", "a", "abc")
    with pytest.raises(NotComparableError):
        judge("isNull", "a", "maybe")


@pytest.mark.parametrize(
    ("actual", "expected", "equal"),
    [("200", 200, True), ("true", True, True), ("1", 1.0, False), ("1.0", 1.0, True), ('{"a":1}', {"a": 1}, True)],
)
def test_equality_is_one_of_texts(actual: str, expected: Any, equal: bool) -> None:
    assert judge("equalTo", actual, expected) is equal


def test_sentences() -> None:
    assert expectation("contains", "{{ x }}", "b", "a") == "expected '{{ x }}' to contain 'b' but was 'a'"
    assert expectation("isNull", "{{ x }}", False, None) == "expected '{{ x }}' to be not null but was 'null'"
    assert expectation("isNotNull", "{{ x }}", False, "a") == "expected '{{ x }}' to be null but was 'a'"
