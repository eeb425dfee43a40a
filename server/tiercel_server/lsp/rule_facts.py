"""What features are told of rules, which they don't know themselves."""

from __future__ import annotations

from functools import cache

from tiercel_schemas.diagnostics import Diagnostic
from tiercel_server.features.code_actions.model import Edit, KnownFix, Silencer
from tiercel_server.features.project_file.schema import RuleFacts
from tiercel_server.rules.fixes import fix_of
from tiercel_server.rules.registry import all_rules
from tiercel_server.rules.suppressions import find_suppressions
from tiercel_server.workspace import DocumentSnapshot


@cache
def rule_facts() -> dict[str, RuleFacts]:
    """Every rule by its code."""
    return {code: RuleFacts(rule.severity.label, rule.summary, rule.why) for code, rule in all_rules().items()}


def known_fixes(snapshot: DocumentSnapshot, findings: list[Diagnostic]) -> list[KnownFix]:
    """The fixes of those findings that have one."""
    found = []
    for finding in findings:
        fix = fix_of(finding, snapshot.text)
        if fix is not None:
            edits = tuple(Edit(each.span, each.text) for each in fix.edits)
            found.append(KnownFix(finding, fix.title, edits, fix.safe))
    return found


def silencers(snapshot: DocumentSnapshot) -> list[Silencer]:
    """The comments that silence findings, where another code can be added to them."""
    return [
        Silencer(each.line, each.codes[-1].span.end)
        for each in find_suppressions(snapshot.source)
        if each.codes and (each.line is None or each.reach != "ignore-file")
    ]
