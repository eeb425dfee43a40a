"""Members of what Kestra itself puts in the context: `flow`, `execution`, `task`, `taskrun`, `item`."""

from __future__ import annotations

from collections.abc import Iterator

from tiercel_schemas.diagnostics import Diagnostic, Severity
from tiercel_server.analysis.references import Reference
from tiercel_server.analysis.shapes import MapShape
from tiercel_server.rules.examples import logs
from tiercel_server.rules.model import Rule, RuleContext, replacement
from tiercel_server.rules.registry import checks
from tiercel_server.rules.wording import listed, nearest

UNKNOWN_MEMBER = Rule(
    code="unknown-member",
    group="references",
    at_run_time=True,
    severity=Severity.WARNING,
    summary="An expression names a member that `flow`, `execution`, `task`, `tasks`, `taskrun` or `item` lacks.",
    why="Kestra saves the flow, and the expression fails when it runs.",
    bad=logs("{{ flow.nam }}"),
    good=logs("{{ flow.namespace }}"),
    fix="Writes the name that was probably meant: a guess.",
)

_CLOSED = frozenset({"flow", "execution", "task", "taskrun", "item", "tasks"})
# Said by the rule on loops.
_SAID_ELSEWHERE = frozenset({("taskrun", "value"), ("taskrun", "items")})


@checks(UNKNOWN_MEMBER)
def check(context: RuleContext) -> Iterator[Diagnostic]:
    """The first step behind the fixed roots."""
    for reference in context.flow.references:
        if reference.root not in _CLOSED or not reference.steps or reference.minuend or reference.subtrahend:
            continue
        if reference.root == "tasks":
            yield from _task(context, reference)
            continue
        shape = context.flow.scope_at(reference.site.value.path).root(reference.root)
        name = str(reference.steps[0].name)
        if not isinstance(shape, MapShape) or shape.open or name in shape.keys:
            continue
        if (reference.root, name) in _SAID_ELSEWHERE:
            continue
        meant = nearest(name, shape.keys)
        hint = f"; did you mean `{meant}`?" if meant else f"; it has {listed(shape.keys, 8)}"
        span = reference.step_span(0)
        data = replacement(span, meant, f"Write `{meant}`") if meant else {}
        yield UNKNOWN_MEMBER.finding(f"`{reference.root}` has no `{name}`{hint}", span, data=data)


def _task(context: RuleContext, reference: Reference) -> Iterator[Diagnostic]:
    """`tasks.ID`: the state of a task of the flow."""
    name = str(reference.steps[0].name)
    ids = [task.id for task in context.flow.outline.tasks if task.id]
    scope = context.flow.scope_at(reference.site.value.path)
    if name in ids or reference.guarded or scope.kind != "task" or any("{{" in each for each in ids):
        return
    span = reference.step_span(0)
    meant = nearest(name, ids)
    hint = f"; did you mean `{meant}`?" if meant else f"; it has {listed(ids)}"
    data = replacement(span, meant, f"Write `{meant}`") if meant else {}
    yield UNKNOWN_MEMBER.finding(f"the flow has no task `{name}`{hint}", span, data=data)
