"""Defaults of inputs that their own input would refuse."""

from __future__ import annotations

from collections.abc import Iterator

from tiercel_schemas.diagnostics import Diagnostic, Severity
from tiercel_schemas.source.nodes import ScalarNode
from tiercel_schemas.source.values import scalar_text
from tiercel_schemas.versions import KestraVersion
from tiercel_server.analysis.input_values import InputValues
from tiercel_server.analysis.mappings import find_value, pointing_span
from tiercel_server.rules.examples import logs
from tiercel_server.rules.model import Rule, RuleContext
from tiercel_server.rules.registry import checks

INVALID_DEFAULT = Rule(
    "invalid-input-default",
    "logic",
    "The default of an input is of another type, or outside its bounds or choices.",
    "Kestra 2.0 refuses the flow; 1.3 takes it, and every run that relies on the default fails.",
    logs("Hello", "inputs:\n  - {id: count, type: INT, defaults: many}"),
    logs("Hello", "inputs:\n  - {id: count, type: INT, defaults: 3}"),
)
FILE_DEFAULT = Rule(
    "invalid-file-default",
    "logic",
    "The default of a FILE input is no `file:` or `nsfile:` URI.",
    "Kestra refuses the flow.",
    logs("Hello", "inputs:\n  - {id: data, type: FILE, defaults: data.csv}"),
    logs("Hello", "inputs:\n  - {id: data, type: FILE, defaults: 'nsfile:///data.csv'}"),
    versions=(KestraVersion.V2_0,),
)


NOT_A_BOOLEAN = Rule(
    "boolean-default",
    "logic",
    "The default of a BOOL input is neither true nor false.",
    "Kestra takes everything but `true` for false, without a word.",
    logs("Hello", "inputs:\n  - {id: go, type: BOOL, defaults: perhaps}"),
    logs("Hello", "inputs:\n  - {id: go, type: BOOL, defaults: true}"),
    Severity.WARNING,
    at_run_time=True,
)


@checks(INVALID_DEFAULT, FILE_DEFAULT, NOT_A_BOOLEAN)
def check(context: RuleContext) -> Iterator[Diagnostic]:
    """Every default that holds no expression."""
    is_old = context.version == KestraVersion.V1_3
    for each in context.flow.outline.inputs:
        node = find_value(each.node, "defaults")
        if node is None or each.type in {"FORM", ""}:
            continue
        span = pointing_span(each.node, "defaults") or each.name_span
        if each.type == "FILE":
            if not is_old and isinstance(node, ScalarNode) and not node.value.startswith(("file:", "nsfile:", "{{")):
                yield FILE_DEFAULT.finding("a file's default is a `file:` or `nsfile:` URI", span)
            continue
        if each.type in {"BOOL", "BOOLEAN"} and isinstance(node, ScalarNode) and _is_no_boolean(node):
            yield NOT_A_BOOLEAN.finding(f"the input `{each.id}` is false by this default: only `true` is true", span)
            continue
        fault = InputValues(each).fault(node)
        if fault is not None:
            severity = Severity.WARNING if is_old else Severity.ERROR
            yield INVALID_DEFAULT.finding(
                f"the input `{each.id}` does not take its default: {fault}", span, severity=severity
            )


def _is_no_boolean(node: ScalarNode) -> bool:
    text = scalar_text(node)
    return text is not None and "{" not in text and text.lower() not in {"true", "false", ""}
