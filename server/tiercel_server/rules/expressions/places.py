"""Functions that work in some places only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tiercel_schemas.diagnostics import Diagnostic
from tiercel_server.analysis.scopes import PlaceKind
from tiercel_server.rules.examples import flow, log, logs
from tiercel_server.rules.model import Rule, RuleContext
from tiercel_server.rules.registry import checks

FUNCTION_NOT_HERE = Rule(
    code="function-not-here",
    group="expressions",
    at_run_time=True,
    summary="A function is called where it does not work.",
    why="`subflow()` works only while inputs are resolved, `errorLogs()` and `tasksWithState()` only while tasks run; "
    "elsewhere the expression fails.",
    bad=logs("{{ subflow('company.team', 'choices').outputs.list }}"),
    good=flow(
        "inputs:\n  - id: pick\n    type: SELECT\n"
        "    expression: \"{{ subflow('company.team', 'choices').outputs.list }}\"\ntasks:\n" + log("{{ inputs.pick }}")
    ),
)

_WORKS_IN: Mapping[str, tuple[frozenset[PlaceKind], str]] = {
    "subflow": (frozenset({"input", "variables", "other"}), "while inputs are resolved"),
    "errorLogs": (frozenset({"task", "output", "sla", "variables", "other"}), "while tasks run"),
    "tasksWithState": (frozenset({"task", "output", "sla", "variables", "other"}), "while tasks run"),
}


@checks(FUNCTION_NOT_HERE)
def check(context: RuleContext) -> Iterator[Diagnostic]:
    """Calls of these functions."""
    for use in context.flow.uses:
        if use.kind != "function" or use.name not in _WORKS_IN:
            continue
        places, words = _WORKS_IN[use.name]
        if context.flow.scope_at(use.site.value.path).kind not in places:
            yield FUNCTION_NOT_HERE.finding(f"`{use.name}()` works only {words}", use.text_span)
