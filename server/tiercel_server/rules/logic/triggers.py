"""What triggers must keep to."""

from __future__ import annotations

from collections.abc import Iterator

from tiercel_schemas.diagnostics import Diagnostic, Severity
from tiercel_schemas.source.nodes import MappingNode, ScalarNode
from tiercel_schemas.source.values import scalar_text
from tiercel_schemas.versions import KestraVersion
from tiercel_server.analysis.cron import cron_fault
from tiercel_server.analysis.input_values import InputValues
from tiercel_server.analysis.mappings import (
    effective_pairs,
    find_items,
    find_pair,
    find_scalar,
    find_text,
    find_value,
    pointing_span,
)
from tiercel_server.analysis.symbols import InputSymbol, TriggerSymbol
from tiercel_server.rules.examples import logs
from tiercel_server.rules.model import Rule, RuleContext, replacement
from tiercel_server.rules.registry import checks
from tiercel_server.rules.wording import listed, nearest

_TRIGGER = "io.kestra.plugin.core.trigger."
_DEPENDS = "    dependsOn:\n      - {namespace: a, flowId: b}\n"
_DAILY = f"triggers:\n  - id: daily\n    type: {_TRIGGER}Schedule\n"
_AFTER = f"triggers:\n  - id: after\n    type: {_TRIGGER}Flow\n"
_NAME = "inputs:\n  - {id: name, type: STRING}\n"

INVALID_CRON = Rule(
    "invalid-cron", "logic", "A text is no cron expression.",
    "Kestra refuses the flow. There are five fields (minute, hour, day, month, weekday), six with `withSeconds: true`.",
    logs("Hello", _DAILY + '    cron: "0 25 * * *"'), logs("Hello", _DAILY + '    cron: "0 23 * * *"'),
)  # fmt: skip
MISSING_TRIGGER_INPUT = Rule(
    "missing-trigger-input", "logic", "A trigger does not give an input that the flow needs.",
    "Kestra refuses the flow: what the trigger starts could not run. Give the input in the trigger's `inputs`, or a "
    "default.",
    logs("Hello", _NAME + _DAILY + '    cron: "0 9 * * *"'),
    logs("Hello", _NAME + _DAILY + '    cron: "0 9 * * *"\n    inputs: {name: Ada}'),
    versions=(KestraVersion.V2_0,),
)  # fmt: skip
UNKNOWN_TRIGGER_INPUT = Rule(
    "unknown-trigger-input", "logic", "A trigger gives an input that the flow does not declare.",
    "The value is dropped with a line in the log.",
    logs("Hello", _NAME + _DAILY + '    cron: "0 9 * * *"\n    inputs: {name: Ada, nmae: Ada}'),
    logs("Hello", _NAME + _DAILY + '    cron: "0 9 * * *"\n    inputs: {name: Ada}'),
    Severity.WARNING,
)  # fmt: skip
INVALID_TRIGGER_INPUT = Rule(
    "invalid-trigger-input", "logic", "A trigger gives an input a value that its type does not take.",
    "Kestra refuses the flow: what the trigger starts could not run.",
    logs("Hello", "inputs:\n  - {id: n, type: INT}\n" + _DAILY + '    cron: "0 9 * * *"\n    inputs: {n: many}'),
    logs("Hello", "inputs:\n  - {id: n, type: INT}\n" + _DAILY + '    cron: "0 9 * * *"\n    inputs: {n: 3}'),
    versions=(KestraVersion.V2_0,),
)  # fmt: skip
FLOW_TRIGGER_WINDOW = Rule(
    "flow-trigger-window", "logic", "The window or mode of a Flow trigger does not fit together.",
    "Kestra refuses the flow.",
    logs("Hello", _AFTER + _DEPENDS + "    window: {from: '09:00:00'}"),
    logs("Hello", _AFTER + _DEPENDS + "    window: {from: '09:00:00', to: '10:00:00'}"),
    versions=(KestraVersion.V2_0,),
)  # fmt: skip
UNCONDITIONAL_FLOW_TRIGGER = Rule(
    "unconditional-flow-trigger", "logic", "A Flow trigger has no condition.",
    "It fires after every execution of every flow.",
    logs("Hello", _AFTER), logs("Hello", _AFTER + _DEPENDS),
    Severity.WARNING, versions=(KestraVersion.V2_0,),
)  # fmt: skip

_WINDOWS = ({"deadline"}, {"from", "to"}, {"every", "offset"}, {"lookback"})


@checks(INVALID_CRON)
def check_cron(context: RuleContext) -> Iterator[Diagnostic]:
    """The cron expression of schedules."""
    for trigger in context.flow.outline.triggers:
        if not trigger.type.endswith(".Schedule"):
            continue
        node = find_value(trigger.node, "cron")
        text = scalar_text(node) if isinstance(node, ScalarNode) else None
        if node is None or text is None or "{{" in text:
            continue
        fault = cron_fault(text, with_seconds=find_scalar(trigger.node, "withSeconds") is True)
        if fault is not None:
            yield INVALID_CRON.finding(f"no cron expression: {fault}", node.span)


@checks(MISSING_TRIGGER_INPUT, UNKNOWN_TRIGGER_INPUT, INVALID_TRIGGER_INPUT)
def check_inputs(context: RuleContext) -> Iterator[Diagnostic]:
    """What schedules and webhooks give to the flow's inputs."""
    inputs = [each for each in context.flow.outline.inputs if each.id and each.type != "FORM"]
    for trigger in context.flow.outline.triggers:
        kind = trigger.type.removeprefix(_TRIGGER)
        if kind not in {"Schedule", "Webhook"}:
            continue
        given = find_value(trigger.node, "inputs")
        if given is not None and not isinstance(given, MappingNode):
            continue
        names = {pair.name for pair in effective_pairs(given)} if given is not None else set()
        missing = [each.id for each in inputs if _needed(each) and not _is_given(each, names)]
        if missing:
            pair = find_pair(trigger.node, "inputs")
            yield MISSING_TRIGGER_INPUT.finding(
                f"this {kind} gives no value to what the flow needs: {listed(missing)}",
                pair.key.span if pair is not None else trigger.name_span,
            )
        if given is not None:
            yield from _values(context, given)


def _needed(each: InputSymbol) -> bool:
    return each.required and not each.has_default and not each.depends_on and find_value(each.node, "dependsOn") is None


def _is_given(each: InputSymbol, names: set[str | None]) -> bool:
    return each.id in names or each.steps[0] in names


def _values(context: RuleContext, given: MappingNode) -> Iterator[Diagnostic]:
    outline = context.flow.outline
    known = {each.id: each for each in outline.inputs}
    heads = {each.steps[0] for each in outline.inputs if each.steps}
    for pair in effective_pairs(given):
        if pair.name is None or "{{" in pair.name:
            continue
        if pair.name not in known and pair.name not in heads:
            meant = nearest(pair.name, known)
            hint = f"; did you mean `{meant}`?" if meant else ""
            data = replacement(pair.key.span, meant, f"Write `{meant}`") if meant else {}
            yield UNKNOWN_TRIGGER_INPUT.finding(f"the flow has no input `{pair.name}`{hint}", pair.key.span, data=data)
        elif pair.name in known and pair.value is not None:
            fault = InputValues(known[pair.name]).fault(pair.value)
            if fault is not None:
                message = f"the input `{pair.name}` does not take this: {fault}"
                yield INVALID_TRIGGER_INPUT.finding(message, pointing_span(given, pair.name) or pair.key.span)


@checks(FLOW_TRIGGER_WINDOW, UNCONDITIONAL_FLOW_TRIGGER)
def check_flow_triggers(context: RuleContext) -> Iterator[Diagnostic]:
    """The dependencies of Flow triggers."""
    for trigger in context.flow.outline.triggers:
        if trigger.type != _TRIGGER + "Flow":
            continue
        depends = find_pair(trigger.node, "dependsOn")
        if depends is None and find_pair(trigger.node, "when") is None and not _is_old(trigger):
            yield UNCONDITIONAL_FLOW_TRIGGER.finding(
                "without `dependsOn` or `when` this fires after every execution of every flow", trigger.name_span
            )
        yield from _window(trigger)
        least = find_scalar(trigger.node, "minSatisfied")
        count = len(find_items(trigger.node, "dependsOn"))
        if find_text(trigger.node, "mode") == "AT_LEAST" and least is None:
            span = pointing_span(trigger.node, "mode") or trigger.name_span
            yield FLOW_TRIGGER_WINDOW.finding("AT_LEAST needs `minSatisfied`", span)
        elif isinstance(least, int) and depends is not None and least > count:
            span = pointing_span(trigger.node, "minSatisfied") or trigger.name_span
            yield FLOW_TRIGGER_WINDOW.finding(f"there are only {count} dependencies", span)


def _is_old(trigger: TriggerSymbol) -> bool:
    return any(
        find_pair(trigger.node, name) is not None for name in ("conditions", "preconditions", "multipleConditions")
    )


def _window(trigger: TriggerSymbol) -> Iterator[Diagnostic]:
    window = find_pair(trigger.node, "window")
    if window is None or not isinstance(window.value, MappingNode):
        return
    names = {pair.name for pair in effective_pairs(window.value)}
    used = [group for group in _WINDOWS if names & group]
    if len(used) > 1:
        message = "a window is one of: `deadline`; `from` and `to`; `every` (with `offset`); `lookback`"
        yield FLOW_TRIGGER_WINDOW.finding(message, window.key.span)
    elif ("from" in names) != ("to" in names):
        yield FLOW_TRIGGER_WINDOW.finding("`from` and `to` go together", window.key.span)
