"""Roots of names: whether there is such a root at all, and at this place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tiercel_schemas.diagnostics import Diagnostic, Severity
from tiercel_schemas.versions import KestraVersion
from tiercel_server.analysis.references import Reference
from tiercel_server.analysis.scopes import KNOWN_ROOTS, PlaceKind, Scope
from tiercel_server.rules.examples import flow, log, logs, one_task
from tiercel_server.rules.model import Rule, RuleContext, replacement
from tiercel_server.rules.registry import checks
from tiercel_server.rules.wording import nearest

UNKNOWN_NAME = Rule(
    code="unknown-name",
    group="references",
    at_run_time=True,
    summary="An expression names something that Kestra's context does not have.",
    why="Kestra saves the flow, and the expression fails when it runs. Text needs quotes inside an expression.",
    bad=logs("{{ input.name }}", "inputs:\n  - {id: name, type: STRING}"),
    good=logs("{{ inputs.name }}", "inputs:\n  - {id: name, type: STRING}"),
    fix="Writes the name that was probably meant.",
)
NAME_NOT_HERE = Rule(
    code="name-not-here",
    group="references",
    at_run_time=True,
    summary="An expression names something that is not there at its place.",
    why="Inputs are resolved before anything runs, flow outputs when all has ended: what belongs to a task is missing.",
    bad=flow('inputs:\n  - {id: a, type: STRING, defaults: "{{ outputs.say.value }}"}\ntasks:\n' + log("Hello")),
    good=flow(
        'inputs:\n  - {id: a, type: STRING, defaults: "{{ vars.x }}"}\nvariables:\n  x: 1\ntasks:\n' + log("Hello")
    ),
)
OUTSIDE_LOOP = Rule(
    code="outside-loop",
    group="references",
    at_run_time=True,
    summary="The value of a loop is named outside a loop.",
    why="`item` (2.0) and `taskrun.value` (1.3) are there only inside a loop; elsewhere the expression fails.",
    bad=logs("{{ item.value }}"),
    good=one_task(
        "flow.Loop", "values: [a]", "tasks:", "  - id: say", "    type: io.kestra.plugin.core.log.Log",
        '    message: "{{ item.value }}"',
    ),
)  # fmt: skip

_PLACES: Mapping[PlaceKind, str] = {
    "trigger": "a trigger",
    "input": "an input",
    "output": "the flow's outputs",
    "check": "a check",
    "sla": "an SLA",
}
_ROW_PROPERTIES = frozenset({"filterCondition", "expr", "expression", "recordExpression"})
_CORE_HOSTS = ("io.kestra.plugin.core.", "io.kestra.plugin.scripts.", "flow")


@checks(UNKNOWN_NAME, NAME_NOT_HERE)
def check_roots(context: RuleContext) -> Iterator[Diagnostic]:
    """The first step of every name."""
    for reference in context.flow.references:
        scope = context.flow.scope_at(reference.site.value.path)
        if reference.root not in KNOWN_ROOTS:
            if not _sees_rows(reference) and not reference.subtrahend:
                yield _unknown(reference)
        elif reference.root not in scope.root_names and not reference.guarded:
            where = _PLACES.get(scope.kind, "this place")
            yield NAME_NOT_HERE.finding(f"`{reference.root}` is not there in {where}", reference.step_span(-1))


@checks(OUTSIDE_LOOP)
def check_loops(context: RuleContext) -> Iterator[Diagnostic]:
    """`item` and `taskrun.value`."""
    for reference in context.flow.references:
        scope = context.flow.scope_at(reference.site.value.path)
        if scope.kind == "task" and not reference.guarded and (message := _without_loop(context, reference, scope)):
            span = reference.step_span(0 if reference.root == "taskrun" else -1)
            yield OUTSIDE_LOOP.finding(message, span)


def _without_loop(context: RuleContext, reference: Reference, scope: Scope) -> str | None:
    is_new = context.version == KestraVersion.V2_0
    kinds = {each.type.rsplit(".", 1)[-1] for each in scope.loops}
    if reference.root == "item":
        if not is_new and "Loop" not in kinds:
            return "`item` came with Kestra 2.0; inside a `ForEach` the value is `taskrun.value`"
        # A loop of 1.3 is an error of its own here: what stands inside it is not judged.
        return (
            None
            if kinds & {"Loop", "ForEach", "EachSequential", "EachParallel"}
            else "`item` is there only inside a `Loop`"
        )
    if reference.root in {"parent", "parents"}:
        return _without_outer_loop(reference, scope, kinds, is_new=is_new)
    if reference.root != "taskrun" or not reference.steps:
        return None
    step = reference.steps[0].name
    if step not in {"value", "items"} or kinds & {"ForEach", "EachSequential", "EachParallel", "ForEachItem"}:
        return None
    if is_new:
        return f"`taskrun.{step}` is gone in Kestra 2.0; inside a `Loop` the value is `item.value`"
    if _inside_unknown_flowable(scope):
        return None
    return f"`taskrun.{step}` is there only inside a loop"


def _without_outer_loop(reference: Reference, scope: Scope, kinds: set[str], *, is_new: bool) -> str | None:
    if [each for each in reference.names if not isinstance(each, int)][:2] != ["taskrun", "value"]:
        return None
    if kinds & {"ForEach", "EachSequential", "EachParallel", "ForEachItem"} or _inside_unknown_flowable(scope):
        return None
    if is_new:
        return (
            f"`{reference.root}` has no values in Kestra 2.0; inside a `Loop` read `item.value` or `item.parent.value`"
        )
    return f"`{reference.root}` has values only inside a loop"


def _inside_unknown_flowable(scope: Scope) -> bool:
    return scope.task is not None and any(
        not each.type.startswith("io.kestra.plugin.core.") for each in scope.task.ancestors()
    )


def _sees_rows(reference: Reference) -> bool:
    """Whether the property is evaluated for each row of data, whose fields are then names too."""
    return reference.site.value.name in _ROW_PROPERTIES


def _unknown(reference: Reference) -> Diagnostic:
    name = reference.root
    span = reference.step_span(-1)
    meant = nearest(name, sorted(KNOWN_ROOTS))
    host = reference.site.value.host
    severity = Severity.ERROR if host.startswith(_CORE_HOSTS) and not reference.guarded else Severity.WARNING
    if meant is not None:
        data = replacement(span, meant, f"Write `{meant}`")
        message = f"there is no `{name}`; did you mean `{meant}`?"
    else:
        data = replacement(span, f"'{name}'", "Quote it as text") if not reference.steps else {}
        message = f"there is no `{name}`" + ("" if reference.steps else f"; text is quoted: `'{name}'`")
    return UNKNOWN_NAME.finding(message, span, severity=severity, data=data)
