"""Filters and comparisons on values whose type is certain."""

from __future__ import annotations

from collections.abc import Iterator

from tiercel_schemas.diagnostics import Diagnostic, Severity
from tiercel_schemas.expressions import nodes as n
from tiercel_schemas.expressions import signatures
from tiercel_server.analysis.infer import accepts, shape_of
from tiercel_server.analysis.references import ARITHMETIC, COMPARISONS, TemplateFacts
from tiercel_server.analysis.scopes import Scope
from tiercel_server.analysis.shapes import ScalarShape, Shape, describe_shape
from tiercel_server.rules.examples import logs
from tiercel_server.rules.model import Rule, RuleContext
from tiercel_server.rules.registry import checks

_COUNT = "inputs:\n  - {id: count, type: INT, defaults: 3}"

WRONG_FILTER_INPUT = Rule(
    code="wrong-filter-input",
    group="expressions",
    at_run_time=True,
    severity=Severity.WARNING,
    summary="A filter stands behind a value of a type that it does not take.",
    why="Kestra saves the flow, and the expression fails when it runs.",
    bad=logs("{{ inputs.count | keys }}", _COUNT),
    good=logs("{{ inputs.count | string }}", _COUNT),
)
NEVER_EQUAL = Rule(
    code="never-equal",
    group="expressions",
    at_run_time=True,
    severity=Severity.WARNING,
    summary="A number is compared with a text.",
    why="In Kestra `1 == '1'` is false: the comparison always gives the same answer.",
    bad=logs("{{ inputs.count == '3' }}", _COUNT),
    good=logs("{{ inputs.count == 3 }}", _COUNT),
)
WRONG_OPERAND = Rule(
    code="wrong-operand",
    group="expressions",
    at_run_time=True,
    summary="A text that is no number stands in arithmetic.",
    why="Kestra saves the flow, and the expression fails when it runs. Texts are joined by `~`.",
    bad=logs("{{ 'rows: ' * 2 }}"),
    good=logs("{{ 'rows: ' ~ 2 }}"),
)

_TEXT_ONLY = frozenset({"md5", "sha1", "sha256", "sha512", "trim", "number", "urlencode", "urldecode"})
_NUMBERS = frozenset({"integer", "number"})
_SCALARS = (n.StringLiteral, n.IntegerLiteral, n.DoubleLiteral)


@checks(WRONG_FILTER_INPUT, NEVER_EQUAL, WRONG_OPERAND)
def check(context: RuleContext) -> Iterator[Diagnostic]:
    """Every filter and every comparison."""
    for facts in context.flow.facts:
        scope = context.flow.scope_at(facts.site.value.path)
        for use in facts.uses:
            if isinstance(use.node, n.Filter):
                yield from _filter(context, facts, use.node, scope)
        for node in facts.operations:
            if node.operator in COMPARISONS:
                yield from _comparison(facts, node, scope)
            elif node.operator in ARITHMETIC:
                yield from _arithmetic(facts, node)


def _filter(context: RuleContext, facts: TemplateFacts, node: n.Filter, scope: Scope) -> Iterator[Diagnostic]:
    signature = signatures(context.version).filters.get(node.name)
    if signature is None or isinstance(node.target, n.FilterInput):
        return
    shape = shape_of(node.target, scope, facts.local_names)
    is_number = isinstance(shape, ScalarShape) and shape.kind in _NUMBERS | {"boolean"}
    if not accepts(signature.input, shape) or (is_number and node.name in _TEXT_ONLY):
        message = f"`{node.name}` takes {_words(signature.input)}, and this is {_words(describe_shape(shape))}"
        yield WRONG_FILTER_INPUT.finding(message, facts.site.text_span(node.name_span))


def _comparison(facts: TemplateFacts, node: n.Binary, scope: Scope) -> Iterator[Diagnostic]:
    left, right = (shape_of(each, scope, facts.local_names) for each in (node.left, node.right))
    kinds = {_kind(left), _kind(right)}
    if kinds == {"number", "string"} and isinstance(node.left, n.StringLiteral) + isinstance(
        node.right, n.StringLiteral
    ):
        answer = "different" if node.operator == "!=" else "never equal"
        message = f"a number and a text are always {answer}: leave out the quotes, or compare with `| string`"
        yield NEVER_EQUAL.finding(message.replace("always never", "never"), facts.site.text_span(node.span))


def _arithmetic(facts: TemplateFacts, node: n.Binary) -> Iterator[Diagnostic]:
    for operand in (node.left, node.right):
        # A text may be taken out of a list by a minus.
        from_list = operand is node.right and node.operator == "-" and not isinstance(node.left, _SCALARS)
        if isinstance(operand, n.StringLiteral) and not from_list and not _is_number(operand.value):
            message = f"`{node.operator}` takes numbers, and this is a text; `~` joins texts"
            yield WRONG_OPERAND.finding(message, facts.site.text_span(operand.span))


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _kind(shape: Shape) -> str:
    if isinstance(shape, ScalarShape):
        return "number" if shape.kind in _NUMBERS else shape.kind
    return "any"


def _words(types: str) -> str:
    names = [word.strip() for word in types.split("|")]
    return " or ".join(f"an {name}" if name[0] in "aeiou" else f"a {name}" for name in names)
