"""The `where` of 1.3's preconditions: filters on an execution's flow, namespace, state, or an expression."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tiercel_engine.core.truth import is_true
from tiercel_engine.expressions.java.regex import matches_whole
from tiercel_engine.triggers.flow.upstream import Upstream

_Comparison = Callable[[str, str, list[str]], bool]

_COMPARISONS: Mapping[str, _Comparison] = {
    "EQUAL_TO": lambda actual, value, _: actual == value,
    "NOT_EQUAL_TO": lambda actual, value, _: actual != value,
    "IN": lambda actual, _, values: actual in values,
    "NOT_IN": lambda actual, _, values: actual not in values,
    "STARTS_WITH": lambda actual, value, _: actual.startswith(value),
    "ENDS_WITH": lambda actual, value, _: actual.endswith(value),
    "CONTAINS": lambda actual, value, _: value in actual,
    "REGEX": lambda actual, value, _: matches_whole(value, actual),
    "IS_NULL": lambda actual, _value, _values: actual == "",
    "IS_NOT_NULL": lambda actual, _value, _values: actual != "",
}
_FIELDS: Mapping[str, Callable[[Upstream], str]] = {
    "FLOW_ID": lambda upstream: upstream.execution.flow.id,
    "NAMESPACE": lambda upstream: upstream.execution.flow.namespace,
    "STATE": lambda upstream: upstream.execution.state.value,
}


def passes(written: Mapping[str, Any], upstream: Upstream) -> bool:
    """Whether an execution passes a group of filters; raises `RenderError`."""
    results = (_passes_one(each, upstream) for each in written.get("filters") or ())
    return any(results) if str(written.get("operand") or "AND").upper() == "OR" else all(results)


def _passes_one(written: Mapping[str, Any], upstream: Upstream) -> bool:
    field, kind = str(written.get("field") or "").upper(), str(written.get("type") or "").upper()
    value = str(written.get("value") or "")
    if field == "EXPRESSION":
        truth = is_true(upstream.render(value, upstream.context))
        return not truth if kind == "IS_FALSE" else truth
    compare, read = _COMPARISONS.get(kind), _FIELDS.get(field)
    if compare is None or read is None:
        return False
    return compare(read(upstream), value, [str(each) for each in written.get("values") or ()])
