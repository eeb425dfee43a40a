"""Conditions that give the same answer every time, and defaults that bind otherwise than they look."""

from __future__ import annotations

from collections.abc import Iterator

from tiercel_schemas.diagnostics import Diagnostic, Severity
from tiercel_schemas.expressions import nodes as n
from tiercel_schemas.expressions import parse_template, walk
from tiercel_schemas.source.spans import Span
from tiercel_schemas.source.values import scalar_text
from tiercel_schemas.versions import KestraVersion
from tiercel_server.analysis.typed_values import TypedValue
from tiercel_server.rules.examples import log, logs, tasks
from tiercel_server.rules.model import Rule, RuleContext
from tiercel_server.rules.registry import checks

_NAME = "inputs:\n  - {id: name, type: STRING, required: false}"

CONSTANT_CONDITION = Rule(
    code="constant-condition",
    group="expressions",
    at_run_time=True,
    severity=Severity.WARNING,
    summary="A condition is the same in every run.",
    why="What depends on it always happens, or never. To switch a task off, `disabled: true` says so. Any text but "
    "``, `false`, `0` and `-0` counts as true.",
    bad=tasks(log("Hello") + '    runIf: "{{ 1 == 2 }}"\n'),
    good=tasks(log("Hello") + "    runIf: \"{{ labels.mood == 'good' }}\"\n"),
)
DEFAULT_PRECEDENCE = Rule(
    code="default-precedence",
    group="expressions",
    at_run_time=True,
    severity=Severity.WARNING,
    summary="A filter behind `??` applies to the default only.",
    why="Filters bind tighter than `??`: in `x ?? 'a' | upper` only `'a'` is changed. Use parentheses.",
    bad=logs("{{ inputs.name ?? 'nobody' | upper }}", _NAME),
    good=logs("{{ (inputs.name ?? 'nobody') | upper }}", _NAME),
    versions=(KestraVersion.V2_0,),
)

_CONDITIONS = frozenset({"runIf", "when", "condition", "assert"})
_LITERALS = (n.StringLiteral, n.IntegerLiteral, n.DoubleLiteral, n.BooleanLiteral, n.NullLiteral)
_PURE = (*_LITERALS, n.ListLiteral, n.MapLiteral, n.Unary, n.Binary, n.Ternary, n.Test)


@checks(CONSTANT_CONDITION)
def check_conditions(context: RuleContext) -> Iterator[Diagnostic]:
    """Properties that hold a condition."""
    for value in context.flow.values:
        is_condition = value.name in _CONDITIONS and value.path[-1] == value.name and value.rendering == "rendered"
        if is_condition and not _is_default(value) and (words := _constant(context, value)) is not None:
            yield CONSTANT_CONDITION.finding(words, value.node.span)


def _is_default(value: TypedValue) -> bool:
    """Whether the value is the property's default written out."""
    return value.name in {"when", "runIf"} and scalar_text(value.node) == "true"


def _constant(context: RuleContext, value: TypedValue) -> str | None:
    text = scalar_text(value.node)
    if text is None or not text.strip():
        return None
    if "{" not in text:
        verdict = "false" if text.strip() in {"false", "0", "-0"} else "true"
        looks_like = text.strip() not in {"true", "false"} and any(sign in text for sign in ("==", ".", "!=", "<", ">"))
        hint = ": an expression stands in `{{ }}`" if looks_like else ""
        return f"this is always {verdict}{hint}"
    template = parse_template(value.node.value, context.version)
    sole = template.sole_expression
    if sole is None or template.problems:
        return None
    return "this is the same in every run" if all(isinstance(node, _PURE) for node in walk(sole)) else None


@checks(DEFAULT_PRECEDENCE)
def check_defaults(context: RuleContext) -> Iterator[Diagnostic]:
    """`a ?? b | filter` where b is a literal and the filter stands last."""
    for facts in context.flow.facts:
        for node in facts.operations:
            right = node.right
            if node.operator not in {"??", "???"} or not isinstance(right, n.Filter):
                continue
            text = facts.site.value.node.value
            if isinstance(_innermost(right), _LITERALS) and not _in_parentheses(text, right.span):
                message = f"`{right.name}` applies to the default only: `(… ?? …) | {right.name}` applies to both"
                yield DEFAULT_PRECEDENCE.finding(message, facts.site.text_span(right.name_span))


def _innermost(node: n.Filter) -> n.Expression:
    target: n.Expression = node
    while isinstance(target, n.Filter):
        target = target.target
    return target


def _in_parentheses(text: str, span: Span) -> bool:
    return text[: span.start].rstrip().endswith("(")
