"""Expressions that can't be read."""

from __future__ import annotations

from collections.abc import Iterator

from tiercel_schemas.diagnostics import Diagnostic, Severity
from tiercel_schemas.expressions import ExpressionProblem
from tiercel_server.rules.examples import logs
from tiercel_server.rules.model import Rule, RuleContext
from tiercel_server.rules.registry import checks

EXPRESSION_SYNTAX = Rule(
    code="expression-syntax",
    group="expressions",
    at_run_time=True,
    summary="An expression can't be read.",
    why="Kestra saves the flow, and the task fails when the expression is rendered.",
    bad=logs("{{ 1 + }}"),
    good=logs("{{ 1 + 1 }}"),
)
UNKNOWN_TAG = Rule(
    code="unknown-tag",
    group="expressions",
    at_run_time=True,
    summary="There is no such tag.",
    why="Kestra saves the flow, and the task fails when the text is rendered.",
    bad=logs("{% include 'a' %}"),
    good=logs("{% if true %}yes{% endif %}"),
)


@checks(EXPRESSION_SYNTAX, UNKNOWN_TAG)
def check(context: RuleContext) -> Iterator[Diagnostic]:
    """The problems of every template that is rendered."""
    for site in context.flow.templates:
        if site.rendering == "literal":
            continue
        for problem in site.template.problems:
            rule = UNKNOWN_TAG if _is_tag(problem) else EXPRESSION_SYNTAX
            severity = rule.severity if site.rendering == "rendered" else Severity.WARNING
            yield rule.finding(problem.message, site.text_span(problem.span), severity=severity)


def _is_tag(problem: ExpressionProblem) -> bool:
    return problem.message.startswith("There is no tag")
