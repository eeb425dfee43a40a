"""Calls of other flows of the workspace: whether they are there, and what they want."""

from __future__ import annotations

from collections.abc import Iterator

from tiercel_schemas.diagnostics import Diagnostic, Severity
from tiercel_schemas.source.nodes import MappingNode, ScalarNode
from tiercel_schemas.versions import KestraVersion
from tiercel_server.analysis.input_values import scalar_fault
from tiercel_server.analysis.mappings import (
    effective_pairs,
    find_items,
    find_pair,
    find_scalar,
    find_text,
    find_value,
    pointing_span,
)
from tiercel_server.analysis.symbols import TaskSymbol
from tiercel_server.analysis.workspace_flows import KnownFlow
from tiercel_server.rules.examples import CORE, item, logs, tasks
from tiercel_server.rules.model import Rule, RuleContext, replacement
from tiercel_server.rules.registry import checks
from tiercel_server.rules.wording import listed, nearest


def _rule(code: str, summary: str, why: str, bad: tuple[str, ...], severity: Severity = Severity.WARNING) -> Rule:
    good = tasks(item("flow.Subflow", "namespace: company.team", "flowId: greet", "inputs: {name: Ada}"))
    return Rule(
        code,
        "logic",
        summary,
        why,
        tasks(item("flow.Subflow", "namespace: company.team", *bad)),
        good,
        severity,
        at_run_time=True,
    )


SUBFLOW_MISSING = _rule(
    "subflow-missing",
    "A task calls a flow that the workspace does not hold.",
    "If the server does not have it either, the task fails. Told only for namespaces that the workspace has flows of.",
    ("flowId: gret", "inputs: {name: Ada}"),
)
SUBFLOW_INPUT_MISSING = _rule(
    "subflow-input-missing",
    "A call does not give an input that the called flow needs.",
    "The called flow can't start, and the task fails.",
    ("flowId: greet",),
)
SUBFLOW_INPUT_UNKNOWN = _rule(
    "subflow-input-unknown",
    "A call gives an input that the called flow does not declare.",
    "The value is dropped with a line in the log.",
    ("flowId: greet", "inputs: {name: Ada, nmae: Ada}"),
)
SUBFLOW_INPUT_TYPE = _rule(
    "subflow-input-type",
    "A call gives an input a value that its type does not take.",
    "The called flow can't start, and the task fails.",
    ("flowId: greet", "inputs: {name: Ada, times: many}"),
)
SUBFLOW_CYCLE = _rule(
    "subflow-cycle",
    "Flows call one another in a circle.",
    "The run never ends by itself; Kestra 2.0 refuses the flow where it sees the circle.",
    ("flowId: caller",),
    Severity.ERROR,
)


def _after(flow_id: str) -> str:
    trigger = f"triggers:\n  - id: after\n    type: {CORE}trigger.Flow\n"
    return f"{trigger}    dependsOn:\n      - {{namespace: company.team, flowId: {flow_id}}}\n"


FLOW_TRIGGER_CYCLE = Rule(
    "flow-trigger-cycle", "logic", "Flows start one another by their Flow triggers, for ever.",
    "Kestra 2.0 refuses the flow: the first run would never stop starting others.",
    logs("Hello", _after("follower")), logs("Hello", _after("greet")),
    versions=(KestraVersion.V2_0,),
)  # fmt: skip

_SUBFLOW = "io.kestra.plugin.core.flow.Subflow"


@checks(SUBFLOW_MISSING, SUBFLOW_INPUT_MISSING, SUBFLOW_INPUT_UNKNOWN, SUBFLOW_INPUT_TYPE, SUBFLOW_CYCLE)
def check(context: RuleContext) -> Iterator[Diagnostic]:
    """Each Subflow task with a literal target."""
    for task in context.flow.outline.tasks:
        if task.type != _SUBFLOW:
            continue
        namespace, flow_id = find_text(task.node, "namespace"), find_text(task.node, "flowId")
        if not namespace or not flow_id or "{" in namespace + flow_id:
            continue
        target = context.workspace.get(namespace, flow_id)
        if target is None:
            yield from _missing(context, task, namespace, flow_id)
        else:
            yield from _inputs(task, target)
            yield from _cycle(context, task, target)


def _missing(context: RuleContext, task: TaskSymbol, namespace: str, flow_id: str) -> Iterator[Diagnostic]:
    outline = context.flow.outline
    own = (outline.namespace.value if outline.namespace else None, outline.id.value if outline.id else None)
    if (namespace, flow_id) == own or not (context.workspace.complete or context.workspace.has_namespace(namespace)):
        return
    span = pointing_span(task.node, "flowId") or task.name_span
    meant = nearest(flow_id, (each for space, each in context.workspace.flows if space == namespace))
    hint = f"; did you mean `{meant}`?" if meant else ""
    data = replacement(span, meant, f"Write `{meant}`") if meant else {}
    yield SUBFLOW_MISSING.finding(f"the workspace has no flow `{flow_id}` in `{namespace}`{hint}", span, data=data)


def _inputs(task: TaskSymbol, target: KnownFlow) -> Iterator[Diagnostic]:
    given = find_value(task.node, "inputs")
    if given is not None and not isinstance(given, MappingNode):
        return
    pairs = {pair.name: pair for pair in effective_pairs(given)} if given is not None else {}
    known = {each.id: each for each in target.inputs}
    heads = {each.split(".")[0] for each in known}
    if any(name is not None and "{{" in name for name in pairs):
        return
    missing = [
        each.id for each in target.inputs if each.needed and each.id not in pairs and each.id.split(".")[0] not in pairs
    ]
    if missing:
        pair = find_pair(task.node, "inputs")
        span = pair.key.span if pair is not None else pointing_span(task.node, "flowId") or task.name_span
        yield SUBFLOW_INPUT_MISSING.finding(f"`{target.id}` needs {listed(missing)}", span)
    for name, pair in pairs.items():
        if name is None:
            continue
        if name not in known and name not in heads:
            meant = nearest(name, known)
            hint = f"; did you mean `{meant}`?" if meant else ""
            data = replacement(pair.key.span, meant, f"Write `{meant}`") if meant else {}
            yield SUBFLOW_INPUT_UNKNOWN.finding(f"`{target.id}` has no input `{name}`{hint}", pair.key.span, data=data)
        elif name in known and isinstance(pair.value, ScalarNode) and "{" not in pair.value.value and pair.value.value:
            fault = scalar_fault(pair.value.value, known[name].type)
            if fault is not None:
                message = f"the input `{name}` of `{target.id}` does not take this: {fault}"
                yield SUBFLOW_INPUT_TYPE.finding(message, pair.value.span)


def _cycle(context: RuleContext, task: TaskSymbol, target: KnownFlow) -> Iterator[Diagnostic]:
    if (
        task.parent is not None
        or task.section != "tasks"
        or task.disabled
        or find_value(task.node, "runIf") is not None
    ):
        return
    if find_scalar(task.node, "wait") is not False and _leads_back(context, (target.namespace, target.id)):
        span = pointing_span(task.node, "flowId") or task.name_span
        yield SUBFLOW_CYCLE.finding(f"`{target.id}` starts this flow in turn, so the run never ends", span)


def _leads_back(context: RuleContext, start: tuple[str, str]) -> bool:
    """Whether a run of another flow makes this one run again."""
    outline = context.flow.outline
    if outline.id is None or outline.namespace is None:
        return False
    own = (outline.namespace.value, outline.id.value)
    starting = context.workspace.starting(*own)
    if start == own:
        return any(each in starting for each in context.workspace.started_by(*own) - {own})
    return start in starting


@checks(FLOW_TRIGGER_CYCLE)
def check_triggers(context: RuleContext) -> Iterator[Diagnostic]:
    """Flow triggers whose flows are started, in the end, by this one."""
    outline = context.flow.outline
    if outline.id is None or outline.namespace is None:
        return
    own = (outline.namespace.value, outline.id.value)
    for trigger in outline.triggers:
        for dependency in find_items(trigger.node, "dependsOn"):
            name = (find_text(dependency, "namespace") or "", find_text(dependency, "flowId") or "")
            known = context.workspace.get(*own)
            if known is None or name == own or name not in known.listens:
                continue
            starting = context.workspace.starting(*name)
            if any(each == name or each in starting for each in context.workspace.started_by(*own)):
                span = pointing_span(dependency, "flowId") or trigger.name_span
                message = f"`{name[1]}` is itself started by this flow, so both start one another for ever"
                yield FLOW_TRIGGER_CYCLE.finding(message, span)
