"""Members of what Kestra itself puts in the context: `flow`, `execution`, `task`, `taskrun`, `item`."""

from __future__ import annotations

from collections.abc import Iterator

from tiercel_schemas.diagnostics import Diagnostic, Severity
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
    summary="An expression names something of `flow`, `execution`, `task`, `taskrun` or `item` that is not there.",
    why="Kestra saves the flow, and the expression fails when it runs.",
    bad=logs("{{ flow.nam }}"),
    good=logs("{{ flow.namespace }}"),
    fix="Writes the name that was probably meant: a guess.",
)

_CLOSED = frozenset({"flow", "execution", "task", "taskrun", "item"})
# Said by the rule on loops.
_SAID_ELSEWHERE = frozenset({("taskrun", "value"), ("taskrun", "items")})


@checks(UNKNOWN_MEMBER)
def check(context: RuleContext) -> Iterator[Diagnostic]:
    """The first step behind the fixed roots."""
    for reference in context.flow.references:
        if reference.root not in _CLOSED or not reference.steps or reference.minuend or reference.subtrahend:
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
