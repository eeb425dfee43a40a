"""Rules that the records show once or not at all: each from the reference or from Java's own documentation."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from tiercel_engine.expressions import Renderer, RenderError
from tiercel_engine.expressions.java.decimal_format import number_pattern
from tiercel_engine.expressions.java.hash_map import hash_map, java_hash
from tiercel_engine.expressions.reporting import typed_report
from tiercel_schemas.versions import KestraVersion

CASES = json.loads((Path(__file__).parent / "rules.json").read_text("utf-8"))
CONTEXT = CASES["context"]


@pytest.mark.parametrize("case", CASES["values"], ids=lambda case: case[0][:50])
def test_values(case):
    template, text, *kind = case
    renderer = Renderer(KestraVersion.V2_0)
    assert renderer.render(template, CONTEXT) == text
    if kind:
        assert typed_report(renderer.evaluate(template, CONTEXT))["type"] == kind[0]


@pytest.mark.parametrize("case", CASES["errors"], ids=lambda case: case[0][:50])
def test_errors(case):
    template, message = case
    with pytest.raises(RenderError) as caught:
        Renderer(KestraVersion.V2_0).render(template, CONTEXT)
    assert message in caught.value.message


@pytest.mark.parametrize(
    ("pattern", "number", "text"),
    [
        ("0", "-0.4", "-0"),
        ("#,##0.###", "1234567.89", "1,234,567.89"),
        ("00.00E00", "12345", "12.34E03"),
        ("0.###E0", "0", "0E0"),
        ("##0.##E0", "12345", "12.345E3"),
        ("#.##", "0.005", "0"),
        ("#.##", "0.015", "0.02"),
        ("'#'0", "5", "#5"),
        ("0;-0", "-3", "-3"),
        ("#,##,##0", "1234567", "1,234,567"),
    ],
)
def test_decimal_formats(pattern, number, text):
    assert number_pattern(pattern).format(Decimal(number)) == text


def test_the_order_of_hash_maps_is_that_of_java():
    assert java_hash("hello") == 99162322
    assert java_hash("Aa") == java_hash("BB")
    fruits, numbers = ("apple", "banana", "cherry"), ("one", "two", "three", "four", "five")
    assert list(hash_map([(name, 1) for name in fruits])) == ["banana", "apple", "cherry"]
    assert list(hash_map([(name, 1) for name in numbers])) == ["four", "one", "two", "three", "five"]
    many = hash_map((f"key{index}", index) for index in range(20))
    assert sorted(many.values()) == list(range(20))


def test_rendering_deep_values():
    renderer = Renderer()
    value = {"{{ inputs.s }}": ["{{ inputs.n }}", 1, None, {"x": "a {{ inputs.n }}"}]}
    assert renderer.render_value(value, CONTEXT) == {"Hello World": ["42", 1, None, {"x": "a 42"}]}


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("", False),
        (" ", False),
        ("false", False),
        (" 0 ", False),
        ("-0", False),
        ("False", True),
        ("null", True),
        ("[]", True),
    ],
)
def test_truth_of_conditions(text, holds):
    assert Renderer().is_true(text, {}) is holds


def test_typed_values_are_plain():
    value = Renderer().render_typed("{{ {'a': [1, 2.5, 'x' | first], 'b': '1.5' | number} }}", {})
    assert value == {"a": [1, 2.5, "x"], "b": 1.5}
    assert [type(item) for item in value["a"]] == [int, float, str]
    assert type(value["b"]) is float
