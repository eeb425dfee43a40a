"""From a snapshot to its findings: the rules that hold, what comments silence, in order and in bounds."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from tiercel_schemas.diagnostics import Diagnostic, Severity
from tiercel_schemas.source.spans import Span
from tiercel_schemas.versions import KestraVersion
from tiercel_server.analysis.workspace_flows import NO_FLOWS, WorkspaceFlows
from tiercel_server.rules.model import FindFlow, RegisteredCheck, Rule, RuleContext, SuiteContext, knows_no_flow
from tiercel_server.rules.registry import all_checks, all_rules
from tiercel_server.rules.selectors import is_chosen, severity_for
from tiercel_server.rules.structure.suppressions import NAMELESS_SUPPRESSION, UNUSED_SUPPRESSION
from tiercel_server.rules.suppressions import apply_suppressions, find_suppressions
from tiercel_server.workspace.settings import ProjectSettings
from tiercel_server.workspace.snapshot import DocumentSnapshot

if TYPE_CHECKING:
    from tiercel_server.analysis.unit_tests import SuiteDocument

MAX_FINDINGS = 500
"""A file with more findings than this shows the first ones."""

FAULT_CODE = "tiercel-fault"
"""What is reported when a check itself fails; tests take it for a failure."""

MORE_CODE = "more-findings"
"""What says, as the last finding, how many are not shown."""

_LOGGER = logging.getLogger(__name__)
_HIDING_CODES = frozenset({"yaml-syntax", "unquoted-expression"})


def diagnose(
    snapshot: DocumentSnapshot, workspace: WorkspaceFlows = NO_FLOWS, find_flow: FindFlow = knows_no_flow
) -> list[Diagnostic]:
    """All findings on a document's flows and suites, in the order of the text; none where it holds neither.

    `find_flow` gives the flows that suites test, besides those of the document itself.

    At most `MAX_FINDINGS`, and one that says how many more there are. Of two findings with the same code and place one
    is given. What lies inside text that can't be read as meant (an unquoted expression) is not reported twice.
    """
    if not snapshot.is_flow and not snapshot.suites:
        return []
    settings = snapshot.settings
    found: dict[tuple[object, str], Diagnostic] = {}
    for finding in _all_findings(snapshot, workspace, find_flow):
        adjusted = _adjusted(finding, settings, snapshot.kestra_version)
        if adjusted is not None:
            found.setdefault((adjusted.span, adjusted.code), adjusted)
    findings = _without_echoes(list(found.values()))
    findings.sort(key=lambda each: (each.span, each.severity, each.code))
    suppressions = find_suppressions(snapshot.source)
    if suppressions:
        findings, unused = apply_suppressions(snapshot.source, findings, suppressions)
        more = [UNUSED_SUPPRESSION.finding(f"`{each.code}` is not reported here", each.span) for each in unused]
        more += [
            NAMELESS_SUPPRESSION.finding("name the codes to silence: `# tiercel: ignore[code]`", each.span)
            for each in suppressions
            if not each.codes
        ]
        findings += [
            adjusted for each in more if (adjusted := _adjusted(each, settings, snapshot.kestra_version)) is not None
        ]
        findings.sort(key=lambda each: (each.span, each.severity, each.code))
    return _bounded(findings)


def _bounded(findings: list[Diagnostic]) -> list[Diagnostic]:
    if len(findings) <= MAX_FINDINGS:
        return findings
    more = len(findings) - MAX_FINDINGS
    message = f"{more} more finding{'s' if more > 1 else ''} from here on {'are' if more > 1 else 'is'} not shown"
    place = Span(findings[MAX_FINDINGS].span.start, findings[MAX_FINDINGS].span.start)
    return [*findings[:MAX_FINDINGS], Diagnostic(MORE_CODE, Severity.INFORMATION, message, place)]


def _all_findings(snapshot: DocumentSnapshot, workspace: WorkspaceFlows, find_flow: FindFlow) -> Iterator[Diagnostic]:
    contexts = [RuleContext(flow, snapshot.settings, workspace) for flow in snapshot.flows]
    suites = [_suite_context(snapshot, suite, find_flow) for suite in snapshot.suites]
    for check in all_checks():
        if not _wanted(check, snapshot):
            continue
        found: list[Diagnostic] = []
        try:
            if check.file_check is not None:
                found.extend(check.file_check(snapshot))
            if check.flow_check is not None:
                for context in contexts:
                    found.extend(check.flow_check(context))
            if check.suite_check is not None:
                for suite in suites:
                    found.extend(check.suite_check(suite))
        except Exception:
            codes = ", ".join(f"`{rule.code}`" for rule in check.rules)
            _LOGGER.exception("the check of %s failed", codes)
            message = f"Tiercel could not check {codes} here: a fault of its own, please report it"
            yield Diagnostic(FAULT_CODE, Severity.WARNING, message, Span(0, 0))
        yield from found


def _suite_context(snapshot: DocumentSnapshot, suite: SuiteDocument, find_flow: FindFlow) -> SuiteContext:
    namespace, flow_id = suite.text_of(suite.root, "namespace"), suite.text_of(suite.root, "flowId")
    for flow in snapshot.flows:
        own = flow.outline
        if (
            own.id is not None
            and own.namespace is not None
            and (own.namespace.value, own.id.value)
            == (
                namespace,
                flow_id,
            )
        ):
            return SuiteContext(suite, flow, snapshot.kestra_version)
    return SuiteContext(suite, find_flow(namespace, flow_id), snapshot.kestra_version)


def _wanted(check: RegisteredCheck, snapshot: DocumentSnapshot) -> bool:
    return any(snapshot.kestra_version in rule.versions and is_on(rule, snapshot.settings) for rule in check.rules)


def is_on(rule: Rule, settings: ProjectSettings) -> bool:
    """Whether a project wants a rule's findings."""
    is_set, severity = severity_for(rule, settings.severities)
    if is_chosen(rule, settings.ignore) or (is_set and severity is None):
        return False
    if rule.asked_for:
        return rule.code in settings.severities
    return is_set or rule.profile is None or rule.profile in settings.profiles


def _adjusted(finding: Diagnostic, settings: ProjectSettings, version: KestraVersion) -> Diagnostic | None:
    rule = all_rules().get(finding.code)
    if rule is None:
        return None if finding.code in settings.ignore else finding
    if not (version in rule.versions and is_on(rule, settings)):
        return None
    is_set, severity = severity_for(rule, settings.severities)
    return replace(finding, severity=severity) if is_set and severity is not None else finding


def _without_echoes(findings: list[Diagnostic]) -> list[Diagnostic]:
    hiding = [each.span for each in findings if each.code in _HIDING_CODES]
    if not hiding:
        return findings
    return [
        each
        for each in findings
        if each.code in _HIDING_CODES
        or not any(span.start <= each.span.start and each.span.end <= span.end for span in hiding)
    ]
