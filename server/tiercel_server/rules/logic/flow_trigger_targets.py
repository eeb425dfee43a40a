"""Flow triggers that wait for what never comes."""

from __future__ import annotations

from collections.abc import Iterator

from tiercel_schemas.diagnostics import Diagnostic, Severity
from tiercel_schemas.source.nodes import MappingNode, ScalarNode, SequenceNode
from tiercel_schemas.versions import KestraVersion
from tiercel_server.analysis.mappings import find_items, find_text, find_value, pointing_span
from tiercel_server.analysis.symbols import TriggerSymbol
from tiercel_server.rules.examples import CORE, logs
from tiercel_server.rules.model import Rule, RuleContext, replacement
from tiercel_server.rules.registry import checks
from tiercel_server.rules.wording import nearest


def _after(flow_id: str) -> str:
    trigger = f"triggers:\n  - id: after\n    type: {CORE}trigger.Flow\n"
    return f"{trigger}    dependsOn:\n      - {{namespace: company.team, flowId: {flow_id}}}\n"


UNREACHABLE_FLOW_TRIGGER = Rule(
    "unreachable-flow-trigger", "logic", "A Flow trigger waits for an execution that never comes.",
    "The flow that it names is not there, is this flow itself, or is to end in a state that the trigger does not look "
    "at: it never fires.",
    logs("Hello", _after("example")), logs("Hello", _after("greet")),
    Severity.WARNING, versions=(KestraVersion.V2_0,), at_run_time=True,
)  # fmt: skip


@checks(UNREACHABLE_FLOW_TRIGGER)
def check(context: RuleContext) -> Iterator[Diagnostic]:
    """Each dependency of a Flow trigger."""
    for trigger in context.flow.outline.triggers:
        if trigger.type != CORE + "trigger.Flow":
            continue
        for dependency in find_items(trigger.node, "dependsOn"):
            if isinstance(dependency, MappingNode):
                yield from _flow(context, trigger, dependency)
                yield from _states(trigger, dependency)


def _flow(context: RuleContext, trigger: TriggerSymbol, dependency: MappingNode) -> Iterator[Diagnostic]:
    outline, workspace = context.flow.outline, context.workspace
    namespace, flow_id = find_text(dependency, "namespace"), find_text(dependency, "flowId")
    if not namespace or not flow_id or "{" in namespace + flow_id:
        return
    span = pointing_span(dependency, "flowId") or trigger.name_span
    own = (outline.namespace.value if outline.namespace else None, outline.id.value if outline.id else None)
    if (namespace, flow_id) == own:
        yield UNREACHABLE_FLOW_TRIGGER.finding("a flow never hears of its own executions, so this is never met", span)
    elif workspace.get(namespace, flow_id) is None and (workspace.complete or workspace.has_namespace(namespace)):
        meant = nearest(flow_id, (each for space, each in workspace.flows if space == namespace))
        hint = f"; did you mean `{meant}`?" if meant else ""
        data = replacement(span, meant, f"Write `{meant}`") if meant else {}
        message = f"the workspace has no flow `{flow_id}` in `{namespace}`{hint}"
        yield UNREACHABLE_FLOW_TRIGGER.finding(message, span, data=data)


def _states(trigger: TriggerSymbol, dependency: MappingNode) -> Iterator[Diagnostic]:
    looked_at, wanted = _named(trigger.node), _named(dependency)
    if looked_at and wanted and not looked_at & wanted:
        span = pointing_span(dependency, "states") or trigger.name_span
        message = f"the trigger's own `states` let only {', '.join(sorted(looked_at))} through, so this is never met"
        yield UNREACHABLE_FLOW_TRIGGER.finding(message, span)


def _named(node: MappingNode) -> frozenset[str]:
    found = find_value(node, "states")
    if not isinstance(found, SequenceNode):
        return frozenset()
    return frozenset(each.value for each in found.items if isinstance(each, ScalarNode))
