"""Bounds and choices of inputs that leave nothing to choose, and times that make no sense."""

from __future__ import annotations

from collections.abc import Iterator

from tiercel_schemas.diagnostics import Diagnostic, Severity
from tiercel_schemas.source.nodes import ScalarNode
from tiercel_schemas.source.values import scalar_text, scalar_value
from tiercel_schemas.versions import KestraVersion
from tiercel_server.analysis.durations import seconds_of
from tiercel_server.analysis.mappings import find_items, find_pair, find_scalar, find_value, pointing_span
from tiercel_server.rules.examples import logs
from tiercel_server.rules.model import Rule, RuleContext
from tiercel_server.rules.registry import checks

INPUT_BOUNDS = Rule(
    "input-bounds", "logic", "The lower bound of an input is above its upper bound.",
    "Kestra takes the flow, and no value is ever accepted.",
    logs("Hello", "inputs:\n  - {id: n, type: INT, min: 9, max: 1}"),
    logs("Hello", "inputs:\n  - {id: n, type: INT, min: 1, max: 9}"),
    Severity.WARNING, at_run_time=True,
)  # fmt: skip
NO_CHOICES = Rule(
    "no-choices", "logic", "An input to choose from has no choices.",
    "Kestra takes the flow, and no value is ever accepted: it needs `values` or `expression`.",
    logs("Hello", "inputs:\n  - {id: colour, type: SELECT}"),
    logs("Hello", "inputs:\n  - {id: colour, type: SELECT, values: [red, blue]}"),
    Severity.WARNING, at_run_time=True,
)  # fmt: skip
NOT_POSITIVE = Rule(
    "duration-not-positive", "logic", "A duration that must be longer than nothing is not.",
    "Kestra refuses the flow.",
    logs("Hello", "retry: {type: constant, interval: PT0S, maxAttempts: 3}"),
    logs("Hello", "retry: {type: constant, interval: PT1S, maxAttempts: 3}"),
)  # fmt: skip

_RETRY_TIMES = ("interval", "maxInterval", "minInterval", "maxDuration")


@checks(INPUT_BOUNDS, NO_CHOICES)
def check_inputs(context: RuleContext) -> Iterator[Diagnostic]:
    """Each input."""
    for each in context.flow.outline.inputs:
        low, high = find_scalar(each.node, "min"), find_scalar(each.node, "max")
        if isinstance(low, int | float) and isinstance(high, int | float) and low > high:
            span = pointing_span(each.node, "max") or each.name_span
            yield INPUT_BOUNDS.finding(f"no number is at least {low} and at most {high}", span)
        after, before = find_scalar(each.node, "after"), find_scalar(each.node, "before")
        if isinstance(after, str) and isinstance(before, str) and len(after) == len(before) and after > before:
            span = pointing_span(each.node, "before") or each.name_span
            yield INPUT_BOUNDS.finding(f"nothing is both after {after} and before {before}", span)
        if each.type in {"SELECT", "MULTISELECT"} and find_scalar(each.node, "allowCustomValue") is not True:
            has_choices = any(find_items(each.node, name) for name in ("values", "options"))
            has_expression = find_pair(each.node, "expression") is not None or isinstance(
                find_value(each.node, "values"), ScalarNode
            )
            if not has_choices and not has_expression:
                yield NO_CHOICES.finding(f"the input `{each.id}` needs `values` or an `expression`", each.name_span)


@checks(NOT_POSITIVE)
def check_times(context: RuleContext) -> Iterator[Diagnostic]:
    """Durations of retries and SLAs."""
    flow = context.flow
    retries = (find_value(node, "retry") for node in (flow.root, *(task.node for task in flow.outline.tasks)))
    owners = [(retry, name) for retry in retries if retry is not None for name in _RETRY_TIMES]
    owners += [(sla, "duration") for sla in find_items(flow.root, "sla")]
    for owner, name in owners:
        value = find_value(owner, name)
        seconds = _seconds(value) if isinstance(value, ScalarNode) else None
        if seconds is not None and seconds <= 0 and value is not None:
            is_allowed = name == "duration" and context.version == KestraVersion.V1_3
            if not is_allowed:
                yield NOT_POSITIVE.finding(f"`{name}` must be longer than nothing", value.span)


def _seconds(node: ScalarNode) -> float | None:
    """A duration as text, or a number of seconds."""
    value = scalar_value(node)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    text = scalar_text(node)
    return seconds_of(text) if text is not None else None
