"""Members of triggers, secrets and keys of the KV store: where it is known which there are."""

from __future__ import annotations

from collections.abc import Iterator

from tiercel_schemas.diagnostics import Diagnostic, Severity
from tiercel_schemas.expressions import StringLiteral
from tiercel_server.analysis.references import Use
from tiercel_server.analysis.shapes import MapShape
from tiercel_server.rules.examples import logs
from tiercel_server.rules.model import Rule, RuleContext, replacement
from tiercel_server.rules.registry import checks
from tiercel_server.rules.wording import listed, nearest

_DAILY = "triggers:\n  - id: daily\n    type: io.kestra.plugin.core.trigger.Schedule\n    cron: '0 9 * * *'\n"

UNKNOWN_TRIGGER_MEMBER = Rule(
    code="unknown-trigger-member",
    group="references",
    at_run_time=True,
    severity=Severity.WARNING,
    summary="An expression names a variable that none of the flow's triggers gives.",
    why="Kestra saves the flow, and the expression fails when it runs.",
    bad=logs("{{ trigger.dat }}", _DAILY),
    good=logs("{{ trigger.date ?? execution.startDate }}", _DAILY),
)
NO_TRIGGER = Rule(
    code="no-trigger",
    group="references",
    at_run_time=True,
    severity=Severity.INFORMATION,
    summary="An expression names `trigger` in a flow that has no trigger.",
    why="`trigger` is there only if a parent flow calls this one; in a run started by hand the expression fails.",
    bad=logs("{{ trigger.date }}"),
    good=logs("{{ trigger.date ?? execution.startDate }}"),
)
UNKNOWN_SECRET = Rule(
    code="unknown-secret",
    group="references",
    at_run_time=True,
    severity=Severity.WARNING,
    summary="An expression reads a secret that the project does not list.",
    why="A secret that is missing fails the task. Told only where `tiercel.yaml` lists `secrets`.",
    bad=logs("{{ secret('TOKNE') }}"),
    good=logs("{{ secret('TOKEN') }}"),
)
UNKNOWN_KEY = Rule(
    code="unknown-kv-key",
    group="references",
    at_run_time=True,
    severity=Severity.WARNING,
    summary="An expression reads a key of the KV store that the project does not list.",
    why="A key that is missing fails the task. Told only where `tiercel.yaml` lists `kv`.",
    bad=logs("{{ kv('regoin') }}"),
    good=logs("{{ kv('region') }}"),
)


@checks(UNKNOWN_TRIGGER_MEMBER, NO_TRIGGER)
def check_triggers(context: RuleContext) -> Iterator[Diagnostic]:
    """`trigger.x`."""
    has_trigger = bool(context.flow.outline.triggers)
    for reference in context.flow.references:
        if reference.root != "trigger" or reference.guarded:
            continue
        if not has_trigger:
            yield NO_TRIGGER.finding("the flow has no trigger: without a default this fails", reference.step_span(-1))
            continue
        shape = context.flow.scope_at(reference.site.value.path).root("trigger")
        if reference.steps and isinstance(shape, MapShape) and not shape.open:
            name = str(reference.steps[0].name)
            if name not in shape.keys:
                span = reference.step_span(0)
                meant = nearest(name, shape.keys)
                hint = f"; did you mean `{meant}`?" if meant else f"; they give {listed(shape.keys)}"
                data = replacement(span, meant, f"Write `{meant}`") if meant else {}
                yield UNKNOWN_TRIGGER_MEMBER.finding(f"no trigger of the flow gives `{name}`{hint}", span, data=data)


@checks(UNKNOWN_SECRET, UNKNOWN_KEY)
def check_keys(context: RuleContext) -> Iterator[Diagnostic]:
    """`secret('X')` and `kv('X')` of the flow's own namespace."""
    settings = context.settings
    for use in context.flow.uses:
        if use.kind != "function" or len(use.arguments) > 1:
            continue
        if use.name == "secret" and settings.secrets is not None:
            yield from _key(use, UNKNOWN_SECRET, "secret", {each.upper() for each in settings.secrets})
        elif use.name == "kv" and settings.kv is not None:
            yield from _key(use, UNKNOWN_KEY, "key", settings.kv)


def _key(use: Use, rule: Rule, what: str, known: set[str] | frozenset[str]) -> Iterator[Diagnostic]:
    value = use.arguments[0].value if use.arguments else None
    if not isinstance(value, StringLiteral):
        return
    name = value.value.upper() if what == "secret" else value.value
    if name not in known:
        span = use.site.text_span(value.value_span)
        meant = nearest(name, known)
        hint = f"; did you mean `{meant}`?" if meant else ""
        data = replacement(span, meant, f"Write `{meant}`") if meant else {}
        yield rule.finding(f"the project lists no {what} `{value.value}`{hint}", span, data=data)
