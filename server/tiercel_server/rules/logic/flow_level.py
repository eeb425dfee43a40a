"""What a flow as a whole must keep to: labels, calls of itself, retries, editions."""

from __future__ import annotations

from collections.abc import Iterator

from tiercel_schemas.diagnostics import Diagnostic
from tiercel_schemas.source.nodes import MappingNode, Node, ScalarNode, SequenceNode
from tiercel_schemas.source.values import scalar_text
from tiercel_server.analysis.durations import seconds_of
from tiercel_server.analysis.mappings import find_pair, find_text, find_value, pointing_span
from tiercel_server.rules.examples import logs, one_task
from tiercel_server.rules.model import Rule, RuleContext
from tiercel_server.rules.registry import checks

_WHY = "Kestra refuses the flow."

SYSTEM_LABEL = Rule(
    "system-label", "logic", "A flow sets a label that only Kestra sets.", _WHY,
    logs("Hello", "labels:\n  system.team: data"), logs("Hello", "labels:\n  team: data"),
)  # fmt: skip
RECURSIVE_CALL = Rule(
    "recursive-call", "logic", "A flow calls itself.",
    "Kestra refuses the flow: it would never end.",
    one_task("flow.Subflow", "namespace: company.team", "flowId: example"),
    one_task("flow.Subflow", "namespace: company.sales", "flowId: other"),
)  # fmt: skip
RETRY_BOUNDS = Rule(
    "retry-bounds", "logic", "The intervals of a retry do not fit together.", _WHY,
    logs("Hello", "retry: {type: random, minInterval: PT10S, maxInterval: PT1S, maxAttempts: 3}"),
    logs("Hello", "retry: {type: random, minInterval: PT1S, maxInterval: PT10S, maxAttempts: 3}"),
)  # fmt: skip
ENTERPRISE_ONLY = Rule(
    "enterprise-only", "logic", "A flow uses what only Kestra's Enterprise Edition has.",
    "The open-source edition refuses the flow.",
    one_task("log.Log", "message: Hello", "assets:", "  inputs: [{id: table}]"), one_task("log.Log", "message: Hello"),
)  # fmt: skip


@checks(SYSTEM_LABEL)
def check_labels(context: RuleContext) -> Iterator[Diagnostic]:
    """The flow's own labels."""
    for label in context.flow.outline.labels:
        if label.key.startswith("system.") and label.key != "system.readOnly":
            yield SYSTEM_LABEL.finding(f"only Kestra sets `{label.key}`", label.key_span)


@checks(RECURSIVE_CALL)
def check_calls(context: RuleContext) -> Iterator[Diagnostic]:
    """Subflow tasks whose literal target is this flow."""
    outline = context.flow.outline
    if outline.id is None or outline.namespace is None:
        return
    own = (outline.namespace.value, outline.id.value)
    for task in outline.tasks:
        if task.type.rsplit(".", 1)[-1] in {"Subflow", "Flow", "ForEachItem"} and task.type.startswith("io.kestra."):
            target = (find_text(task.node, "namespace"), find_text(task.node, "flowId"))
            if target == own:
                span = pointing_span(task.node, "flowId") or task.name_span
                yield RECURSIVE_CALL.finding("this flow calls itself", span)


@checks(RETRY_BOUNDS)
def check_retries(context: RuleContext) -> Iterator[Diagnostic]:
    """Every `retry` of the flow and its tasks."""
    nodes = [context.flow.root, *(task.node for task in context.flow.outline.tasks)]
    for node in nodes:
        retry = find_value(node, "retry")
        if isinstance(retry, MappingNode):
            yield from _retry(retry)


def _retry(retry: MappingNode) -> Iterator[Diagnostic]:
    kind = find_text(retry, "type")
    pairs = {
        "random": [("minInterval", "maxInterval")],
        "exponential": [("interval", "maxInterval"), ("interval", "maxDuration")],
        "constant": [("interval", "maxDuration")],
    }.get(kind or "", [])
    if kind == "random":
        pairs.append(("minInterval", "maxDuration"))
    for smaller, greater in pairs:
        low, high = (_seconds(retry, name) for name in (smaller, greater))
        if low is not None and high is not None and low >= high:
            span = pointing_span(retry, greater) or retry.span
            yield RETRY_BOUNDS.finding(f"`{smaller}` must be less than `{greater}`", span)
            return


def _seconds(node: MappingNode, name: str) -> float | None:
    value = find_value(node, name)
    text = scalar_text(value) if isinstance(value, ScalarNode) else None
    return seconds_of(text) if text is not None else None


@checks(ENTERPRISE_ONLY)
def check_edition(context: RuleContext) -> Iterator[Diagnostic]:
    """Properties and inputs of the paid edition."""
    for task in context.flow.outline.tasks:
        pair = find_pair(task.node, "assets")
        if pair is not None and _has_content(pair.value):
            yield ENTERPRISE_ONLY.finding("`assets` are in the Enterprise Edition only", pair.key.span)
    quotas = find_pair(context.flow.root, "quotas")
    if quotas is not None and _has_content(quotas.value):
        yield ENTERPRISE_ONLY.finding("`quotas` are in the Enterprise Edition only", quotas.key.span)
    for each in context.flow.outline.inputs:
        if each.type == "REUSABLE_INPUTS":
            yield ENTERPRISE_ONLY.finding(
                "reusable inputs are in the Enterprise Edition only", each.type_span or each.name_span
            )


def _has_content(node: Node | None) -> bool:
    if isinstance(node, MappingNode):
        return bool(node.pairs)
    return isinstance(node, SequenceNode) and bool(node.items)
