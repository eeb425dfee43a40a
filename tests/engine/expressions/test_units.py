"""Every unit with every kind of value: a value or a clean error, never a fault of ours."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiercel_engine.expressions import Renderer, RenderError
from tiercel_engine.expressions.limits import Limits
from tiercel_schemas.expressions import binary_operators, signatures
from tiercel_schemas.versions import KestraVersion

VALUES = {
    "null": None,
    "empty": "",
    "text": "héllo 😀\nb, 'c'",
    "half": "\ud83d",
    "number_text": "-12.50",
    "date_text": "2024-02-29T23:30:00Z",
    "pattern": "(a|b)*[",
    "json": '{"a": [1, null]}',
    "yes": True,
    "zero": 0,
    "huge": 10**400,
    "negative": -(2**63),
    "half_number": 0.5,
    "nan": float("nan"),
    "endless": float("-inf"),
    "exact": Decimal("1e30"),
    "items": [3, None, "a", [1], {"k": 1.5}],
    "nothing": [],
    "map": {"b": 2, "a": None, 1: [True]},
    "bytes": b"\xe0\x01\x00\xea\xff",
    "moment": dt.datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=dt.UTC),
    "day": dt.date(1, 1, 1),
}
LITERALS = ["1L", "'a'..'c'", "{}", "['x'] | first", "'a' | first", "'a,b' | split(',')", "map | keys"]
SOURCES = [*VALUES, *(f"({literal})" for literal in LITERALS)]
METHODS = [
    "charAt",
    "contains",
    "containsKey",
    "equals",
    "get",
    "indexOf",
    "matches",
    "repeat",
    "replaceAll",
    "split",
    "substring",
]
LIMITS = Limits(steps=10_000, seconds=20, jq_seconds=5)
CONTEXT = {**VALUES, "ctx": VALUES, "flow": {"namespace": "a.b"}}


def evaluate(template: str, version: KestraVersion) -> None:
    """Fails where neither a value nor a clean error comes out."""
    renderer = Renderer(version, limits=LIMITS)
    for act in (renderer.render, renderer.render_typed):
        try:
            act(template, CONTEXT)
        except RenderError as error:
            assert error.error_class != "InternalError", f"{template}: {error.message}"  # noqa: PT017


def called(signatures_by_name, data):
    """A unit's name with arguments of any kind, by place or by name."""
    signature = data.draw(st.sampled_from(sorted(signatures_by_name.values(), key=lambda each: each.name)))
    names = [parameter.name for parameter in signature.parameters if not parameter.variadic]
    given_values = data.draw(st.lists(st.sampled_from(SOURCES), max_size=len(signature.parameters) + 1))
    by_name = data.draw(st.integers(0, len(given_values)))
    arguments = given_values[:by_name]
    arguments += [f"{name}={value}" for name, value in zip(names[by_name:], given_values[by_name:], strict=False)]
    return f"{signature.name}({', '.join(arguments)})"


@pytest.mark.parametrize("version", list(KestraVersion))
@given(data=st.data())
@settings(max_examples=500, deadline=None)
def test_filters_take_anything(version, data):
    source = data.draw(st.sampled_from(SOURCES))
    evaluate(f"{{{{ {source} | {called(signatures(version).filters, data)} }}}}", version)


@pytest.mark.parametrize("version", list(KestraVersion))
@given(data=st.data())
@settings(max_examples=300, deadline=None)
def test_functions_take_anything(version, data):
    evaluate(f"{{{{ {called(signatures(version).functions, data)} }}}}", version)


@pytest.mark.parametrize("version", list(KestraVersion))
@given(data=st.data())
@settings(max_examples=200, deadline=None)
def test_operators_and_tests_take_anything(version, data):
    left, right = (data.draw(st.sampled_from(SOURCES)) for _ in "lr")
    operators = sorted(each for each in binary_operators(version) if each not in ("|", "is", "is not"))
    operator = data.draw(st.sampled_from(operators))
    test = data.draw(st.sampled_from(sorted(signatures(version).tests)))
    evaluate(f"{{{{ {left} {operator} {right} }}}}{{% for x in {left} %}}{{{{ x }}}}{{% endfor %}}", version)
    method = data.draw(st.sampled_from(METHODS))
    name = data.draw(st.sampled_from(sorted(VALUES)))
    evaluate(f"{{{{ {name}.{method}({right}) }}}}", version)
    evaluate(f"{{{{ {left} is {test} }}}}{{{{ ctx[{right}] }}}}{{{{ -{left} }}}}", version)
