"""Expressions that can't be read."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tiercel_schemas.diagnostics import Diagnostic, Severity
from tiercel_schemas.expressions import ExpressionProblem, signatures
from tiercel_schemas.source.scalar_offsets import ScalarOffsets
from tiercel_schemas.source.spans import Span
from tiercel_server.analysis.scopes import KNOWN_ROOTS
from tiercel_server.rules.examples import logs
from tiercel_server.rules.model import Rule, RuleContext, replacement
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
HALF_EXPRESSION = Rule(
    code="half-expression",
    group="expressions",
    at_run_time=True,
    severity=Severity.WARNING,
    summary="An expression lacks a brace where it begins.",
    why="Kestra takes it for plain text and never evaluates it.",
    bad=logs("{ flow.id }}"),
    good=logs("{{ flow.id }}"),
    fix="Sets the missing brace: a guess.",
)

_HALF = re.compile(
    r"(?<![{$%#\\])\{\s*(?P<name>[A-Za-z]\w*)\s*[.\[(|][^{}\n]*\}\}(?!\})"
    r"|(?<![{$])\{\s+\{\s*(?P<spaced>[A-Za-z]\w*)\s*[.\[(|][^{}\n]*\}\s*\}"
)


@checks(HALF_EXPRESSION)
def check_braces(context: RuleContext) -> Iterator[Diagnostic]:
    """Rendered texts of one line with `{ inputs.a }}` or `{ { inputs.a } }` in them."""
    known = KNOWN_ROOTS | signatures(context.version).functions.keys()
    for value in context.flow.values:
        text = value.node.value
        if value.rendering != "rendered" or "}" not in text or "\n" in text:
            continue
        for match in _HALF.finditer(text):
            if (match["name"] or match["spaced"]) in known:
                span = ScalarOffsets(context.flow.source.text, value.node).text_span(Span(*match.span()))
                mended = "{{ " + match[0].strip("{} ") + " }}"
                data = replacement(span, mended, f"Write `{mended}`")
                message = f"this is plain text: an expression stands in `{{{{ }}}}`, as `{mended}`"
                yield HALF_EXPRESSION.finding(message, span, data=data)


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
