"""What inputs must keep to among themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tiercel_schemas.diagnostics import Diagnostic
from tiercel_schemas.source.nodes import ScalarNode
from tiercel_schemas.source.spans import Span
from tiercel_server.analysis.mappings import find_items, find_pair, find_scalar, find_value, pointing_span
from tiercel_server.analysis.regexes import regex_fault
from tiercel_server.analysis.symbols import InputSymbol
from tiercel_server.rules.examples import logs
from tiercel_server.rules.model import Rule, RuleContext, replacement
from tiercel_server.rules.registry import checks
from tiercel_server.rules.wording import nearest

_WHY = "Kestra refuses the flow."


def _rule(code: str, summary: str, bad: str, good: str, why: str = _WHY) -> Rule:
    return Rule(code, "logic", summary, why, logs("Hello", "inputs:\n" + bad), logs("Hello", "inputs:\n" + good))


UNKNOWN_DEPENDENCY = _rule(
    "unknown-input-dependency",
    "An input depends on one that is not declared.",
    "  - {id: region, type: STRING, dependsOn: {inputs: [provider]}}",
    "  - {id: provider, type: STRING}\n  - {id: region, type: STRING, dependsOn: {inputs: [provider]}}",
)
DEPENDENCY_CYCLE = _rule(
    "input-cycle",
    "Inputs depend on one another in a circle.",
    "  - {id: a, type: STRING, dependsOn: {inputs: [b]}}\n  - {id: b, type: STRING, dependsOn: {inputs: [a]}}",
    "  - {id: a, type: STRING}\n  - {id: b, type: STRING, dependsOn: {inputs: [a]}}",
    "Kestra refuses the flow: none of them could be resolved first.",
)
OPTIONAL_DEFAULT = _rule(
    "optional-input-default",
    "An input has a default and is not required.",
    "  - {id: name, type: STRING, required: false, defaults: Ada}",
    "  - {id: name, type: STRING, defaults: Ada}",
    "Kestra refuses the flow: a default is always applied, so such an input always has a value.",
)
DEFAULT_AND_PREFILL = _rule(
    "default-and-prefill",
    "An input has a default and a suggestion.",
    "  - {id: name, type: STRING, prefill: Ada, defaults: Ada}",
    "  - {id: name, type: STRING, defaults: Ada}",
)
FORM_VALUE = _rule(
    "form-value",
    "A form has a value of its own, or holds another form.",
    "  - {id: form, type: FORM, defaults: x, inputs: [{id: name, type: STRING}]}",
    "  - {id: form, type: FORM, inputs: [{id: name, type: STRING}]}",
    "Kestra refuses the flow: only the inputs of a form have values, and forms do not nest.",
)
FORBIDDEN_ITEM_TYPE = _rule(
    "forbidden-item-type",
    "The items of an input are of a type that items can't have.",
    "  - {id: names, type: ARRAY, itemType: SELECT}",
    "  - {id: names, type: ARRAY, itemType: STRING}",
)
INVALID_REGEX = _rule(
    "invalid-regex",
    "A text is no regular expression.",
    "  - {id: name, type: STRING, validator: '['}",
    "  - {id: name, type: STRING, validator: '[a-z]+'}",
)

_NOT_AN_ITEM = frozenset({"ARRAY", "SECRET", "MULTISELECT", "SELECT", "ENUM", "FORM"})


@checks(
    UNKNOWN_DEPENDENCY,
    DEPENDENCY_CYCLE,
    OPTIONAL_DEFAULT,
    DEFAULT_AND_PREFILL,
    FORM_VALUE,
    FORBIDDEN_ITEM_TYPE,
    INVALID_REGEX,
)
def check(context: RuleContext) -> Iterator[Diagnostic]:
    """Each input on its own, then their dependencies."""
    inputs = context.flow.outline.inputs
    for each in inputs:
        yield from _alone(each)
    yield from _dependencies(inputs)


def _alone(each: InputSymbol) -> Iterator[Diagnostic]:
    node = each.node
    default, prefill = _given(each, "defaults"), _given(each, "prefill")
    if default is not None and not each.required:
        required = find_pair(node, "required")
        yield OPTIONAL_DEFAULT.finding(
            f"the input `{each.id}` has a default, which is always applied: leave out `required: false`",
            required.span if required is not None else default,
        )
    if default is not None and prefill is not None:
        yield DEFAULT_AND_PREFILL.finding(f"the input `{each.id}` has a default, so nothing is prefilled", prefill)
    if each.type == "FORM":
        for span in (default, prefill):
            if span is not None:
                yield FORM_VALUE.finding("a form has no value of its own; its inputs have", span)
        if each.parent is not None:
            yield FORM_VALUE.finding("a form holds no other form", each.type_span or each.name_span)
    if each.type in {"ARRAY", "MULTISELECT"}:
        item_type = find_value(node, "itemType")
        if isinstance(item_type, ScalarNode) and item_type.value in _NOT_AN_ITEM:
            yield FORBIDDEN_ITEM_TYPE.finding(f"items can't be of type {item_type.value}", item_type.span)
    validator = find_value(node, "validator")
    if isinstance(validator, ScalarNode) and (fault := regex_fault(validator.value)):
        yield INVALID_REGEX.finding(f"this is no regular expression: {fault}", validator.span)


def _given(each: InputSymbol, name: str) -> Span | None:
    """Where a key stands that has a value."""
    value = find_value(each.node, name)
    if value is None or (isinstance(value, ScalarNode) and find_scalar(each.node, name) is None):
        return None
    pair = find_pair(each.node, name)
    return pair.key.span if pair is not None else None


def _dependencies(inputs: tuple[InputSymbol, ...]) -> Iterator[Diagnostic]:
    needs: Mapping[str, tuple[str, ...]] = {each.id: each.depends_on for each in inputs if each.id}
    for each in inputs:
        for node in find_items(find_value(each.node, "dependsOn"), "inputs"):
            if not isinstance(node, ScalarNode) or node.value in needs:
                continue
            meant = nearest(node.value, needs)
            hint = f"; did you mean `{meant}`?" if meant else ""
            data = replacement(node.span, meant, f"Write `{meant}`") if meant else {}
            yield UNKNOWN_DEPENDENCY.finding(f"there is no input `{node.value}`{hint}", node.span, data=data)
        if each.id and each.id in _reachable(each.id, needs):
            span = _needed_span(each, needs) or pointing_span(each.node, "dependsOn") or each.name_span
            yield DEPENDENCY_CYCLE.finding(f"the input `{each.id}` depends on itself, directly or through others", span)


def _needed_span(each: InputSymbol, needs: Mapping[str, tuple[str, ...]]) -> Span | None:
    """Where an input names the one that leads back to it."""
    for node in find_items(find_value(each.node, "dependsOn"), "inputs"):
        if isinstance(node, ScalarNode) and (node.value == each.id or each.id in _reachable(node.value, needs)):
            return node.span
    return None


def _reachable(start: str, needs: Mapping[str, tuple[str, ...]]) -> set[str]:
    waiting, seen = list(needs.get(start, ())), set[str]()
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting.extend(needs.get(name, ()))
    return seen
