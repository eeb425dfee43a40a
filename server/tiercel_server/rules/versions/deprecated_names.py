"""Names in expressions that a later version no longer has."""

from __future__ import annotations

from collections.abc import Iterator

from tiercel_schemas.diagnostics import Diagnostic, Severity
from tiercel_schemas.expressions import SignatureKind, all_signatures
from tiercel_schemas.versions import KestraVersion
from tiercel_server.rules.examples import logs
from tiercel_server.rules.model import Rule, RuleContext, safe_replacement
from tiercel_server.rules.registry import checks

_OLD = "# kestra-version: 1.3\n"
_DAILY = "triggers:\n  - id: daily\n    type: io.kestra.plugin.core.trigger.Schedule\n    cron: '0 9 * * *'\n"

DEPRECATED_FUNCTION = Rule(
    "deprecated-function", "versions", "A function or filter is gone in Kestra 2.0.",
    "It works in 1.3; the new name works in both.",
    _OLD + logs("{{ 'x' | json }}"), _OLD + logs("{{ 'x' | toJson }}"),
    Severity.HINT, fix="Writes the new name.", versions=(KestraVersion.V1_3,), at_run_time=True,
)  # fmt: skip
SCHEDULE_ROOT = Rule(
    "schedule-variable", "versions", "`schedule` is named, which `trigger` took the place of.",
    "`schedule.date` is the old spelling of `trigger.date`; 2.0 knows it in a Schedule's `when` only.",
    logs("Hello", _DAILY + "    when: \"{{ isWeekend(schedule.date) }}\""),
    logs("Hello", _DAILY + "    when: \"{{ isWeekend(trigger.date) }}\""),
    Severity.WARNING, fix="Writes `trigger`.", at_run_time=True,
)  # fmt: skip


@checks(DEPRECATED_FUNCTION)
def check_functions(context: RuleContext) -> Iterator[Diagnostic]:
    """Filters and functions of 1.3 that have another name in 2.0."""
    gone = {
        (kind, each.name): each
        for kind in (SignatureKind.FUNCTION, SignatureKind.FILTER)
        for each in all_signatures(kind)
        if each.until == KestraVersion.V1_3 and each.replacement is not None
    }
    for use in context.flow.uses:
        signature = gone.get((SignatureKind(use.kind), use.name)) if use.kind != "test" else None
        if signature is not None and signature.replacement is not None:
            span, new = use.text_span, signature.replacement
            finding = DEPRECATED_FUNCTION.finding(
                f"`{use.name}` is gone in Kestra 2.0; `{new}` does the same",
                span,
                data=safe_replacement(span, new, f"Write `{new}`"),
            )
            yield finding


@checks(SCHEDULE_ROOT)
def check_schedule(context: RuleContext) -> Iterator[Diagnostic]:
    """`schedule.date` and its like."""
    for reference in context.flow.references:
        if reference.root == "schedule":
            span = reference.step_span(-1)
            data = safe_replacement(span, "trigger", "Write `trigger`")
            yield SCHEDULE_ROOT.finding("`schedule` is called `trigger` now", span, data=data)
