"""Inputs that expressions name."""

from __future__ import annotations

from collections.abc import Iterator

from tiercel_schemas.diagnostics import Diagnostic, Severity
from tiercel_server.analysis.references import Reference
from tiercel_server.analysis.shapes import MapShape, ScalarShape, Shape, certainly_lacks
from tiercel_server.rules.examples import logs
from tiercel_server.rules.model import Rule, RuleContext, replacement
from tiercel_server.rules.references.dashes import dashed_meaning
from tiercel_server.rules.registry import checks
from tiercel_server.rules.wording import listed, nearest

UNKNOWN_INPUT = Rule(
    code="unknown-input",
    group="references",
    at_run_time=True,
    summary="An expression names an input that the flow does not declare.",
    why="Kestra saves the flow; the expression fails when it runs, because values for undeclared inputs are dropped.",
    bad=logs("{{ inputs.nmae }}", "inputs:\n  - {id: name, type: STRING}"),
    good=logs("{{ inputs.name }}", "inputs:\n  - {id: name, type: STRING}"),
    fix="Writes the name of the input that was probably meant.",
)
UNKNOWN_VARIABLE = Rule(
    code="unknown-variable",
    group="references",
    at_run_time=True,
    summary="An expression names a variable that neither `variables` nor a task sets.",
    why="Kestra saves the flow, and the expression fails when it runs.",
    bad=logs("{{ vars.regoin }}", "variables:\n  region: eu"),
    good=logs("{{ vars.region }}", "variables:\n  region: eu"),
    fix="Writes the name of the variable that was probably meant.",
)

_KINDS = {"string": "a text", "integer": "a number", "number": "a number", "boolean": "true or false"}


@checks(UNKNOWN_INPUT)
def check_inputs(context: RuleContext) -> Iterator[Diagnostic]:
    """`inputs.x`."""
    yield from _check(context, "inputs", UNKNOWN_INPUT, "input")


@checks(UNKNOWN_VARIABLE)
def check_variables(context: RuleContext) -> Iterator[Diagnostic]:
    """`vars.x`."""
    yield from _check(context, "vars", UNKNOWN_VARIABLE, "variable")


def _check(context: RuleContext, root: str, rule: Rule, what: str) -> Iterator[Diagnostic]:
    for reference in context.flow.references:
        if reference.root == root and reference.steps:
            shape = context.flow.scope_at(reference.site.value.path).root(root)
            if shape is not None:
                yield from _missing(reference, shape, rule, what)


def _missing(reference: Reference, shape: Shape, rule: Rule, what: str) -> Iterator[Diagnostic]:
    """The first step that leads nowhere, as long as maps with known keys are walked."""
    for index, step in enumerate(reference.steps):
        if isinstance(shape, ScalarShape) and certainly_lacks(shape, step.name) and not reference.minuend:
            yield _of_a_scalar(reference, index, shape, rule)
        if not isinstance(shape, MapShape):
            return
        name = str(step.name)
        found = shape.keys.get(name, shape.other if shape.open else None)
        if found is None:
            if dashed_meaning(reference, index, shape.keys) is None:
                yield _finding(reference, index, shape, rule, what)
            return
        shape = found


def _of_a_scalar(reference: Reference, index: int, shape: ScalarShape, rule: Rule) -> Diagnostic:
    whole = ".".join(str(each) for each in (reference.root, *reference.names[:index]))
    message = f"`{whole}` is {_KINDS.get(shape.kind, 'one value')}: it has no `{reference.steps[index].name}`"
    severity = Severity.WARNING if reference.guarded else rule.severity
    return rule.finding(message, reference.step_span(index), severity=severity)


def _finding(reference: Reference, index: int, shape: MapShape, rule: Rule, what: str) -> Diagnostic:
    name = str(reference.steps[index].name)
    whole = ".".join(str(each) for each in (reference.root, *reference.names[: index + 1]))
    meant = nearest(name, shape.keys)
    span = reference.step_span(index)
    text = f"there is no `{whole}`" if index else f"the flow has no {what} `{name}`"
    if meant is not None:
        text += f"; did you mean `{meant}`?"
    elif index == 0 and shape.keys:
        text += f"; it has {listed(shape.keys)}"
    data = replacement(span, meant, f"Write `{meant}`") if meant is not None else {}
    return rule.finding(text, span, severity=Severity.WARNING if reference.guarded else rule.severity, data=data)
