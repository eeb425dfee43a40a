"""Values of the flow's outputs that their type does not take, and defaults that come to nothing."""

from __future__ import annotations

from collections.abc import Iterator

from tiercel_schemas.diagnostics import Diagnostic, Severity
from tiercel_schemas.expressions import parse_template
from tiercel_schemas.source.nodes import MappingNode, ScalarNode, SequenceNode
from tiercel_schemas.source.values import scalar_text
from tiercel_server.analysis.infer import shape_of
from tiercel_server.analysis.input_values import scalar_fault
from tiercel_server.analysis.mappings import find_value
from tiercel_server.analysis.shapes import ListShape, MapShape, Shape
from tiercel_server.analysis.symbols import OutputSymbol
from tiercel_server.rules.examples import flow, log
from tiercel_server.rules.model import Rule, RuleContext
from tiercel_server.rules.registry import checks

_TASKS = "tasks:\n" + log("{{ inputs.name ?? '' }}{{ inputs.greeting ?? '' }}")
_NAME = "inputs:\n  - {id: name, type: STRING}\n  - id: greeting\n    type: STRING\n"

INVALID_OUTPUT_VALUE = Rule(
    code="invalid-output-value",
    group="logic",
    at_run_time=True,
    severity=Severity.WARNING,
    summary="The value of an output of the flow is not of the output's type.",
    why="The execution ends FAILED, after all its tasks went well.",
    bad=flow("tasks:\n" + log("Hello") + "outputs:\n  - {id: count, type: INT, value: many}\n"),
    good=flow("tasks:\n" + log("Hello") + 'outputs:\n  - {id: count, type: INT, value: "3"}\n'),
)
DEFAULT_WITHOUT_DEPENDENCY = Rule(
    code="default-without-dependency",
    group="logic",
    at_run_time=True,
    severity=Severity.WARNING,
    summary="The default of an input names another input that it does not depend on.",
    why="Kestra shows an input only those that stand in its `dependsOn`: the name comes to nothing.",
    bad=flow(_NAME + '    defaults: "Hello {{ inputs.name }}"\n' + _TASKS),
    good=flow(_NAME + '    defaults: "Hello {{ inputs.name }}"\n    dependsOn: {inputs: [name]}\n' + _TASKS),
)

_ONE_VALUE = frozenset({"INT", "FLOAT", "BOOL", "DATE", "DATETIME", "TIME", "DURATION", "EMAIL", "URI"})


@checks(INVALID_OUTPUT_VALUE)
def check_outputs(context: RuleContext) -> Iterator[Diagnostic]:
    """Each output of the flow whose value, or its shape, is certain."""
    for output in context.flow.outline.outputs:
        node = find_value(output.node, "value")
        if node is None or not output.type:
            continue
        fault = None
        if isinstance(node, SequenceNode | MappingNode):
            fault = f"a {output.type} is one value" if output.type in _ONE_VALUE else None
        elif isinstance(node, ScalarNode):
            text = scalar_text(node)
            if text is not None and "{" not in text:
                fault = scalar_fault(text, output.type)
            elif text is not None:
                fault = _shape_fault(context, output, text)
        if fault is not None:
            yield INVALID_OUTPUT_VALUE.finding(f"the output `{output.id}` does not take this: {fault}", node.span)


def _shape_fault(context: RuleContext, output: OutputSymbol, text: str) -> str | None:
    expression = parse_template(text, context.version).sole_expression
    if expression is None:
        return None
    shape: Shape = shape_of(expression, context.flow.scope_at((*output.path, "value")))
    if output.type in _ONE_VALUE and isinstance(shape, ListShape | MapShape):
        kind = "list" if isinstance(shape, ListShape) else "map"
        return f"this is a {kind}, and a {output.type} is one value"
    return "this is a map, no list" if output.type == "ARRAY" and isinstance(shape, MapShape) else None


@checks(DEFAULT_WITHOUT_DEPENDENCY)
def check_defaults(context: RuleContext) -> Iterator[Diagnostic]:
    """`inputs.x` in the defaults of inputs."""
    outline = context.flow.outline
    owners = {each.path: each for each in outline.inputs}
    for reference in context.flow.references:
        value = reference.site.value
        if reference.root != "inputs" or value.name != "defaults" or not reference.steps:
            continue
        owner = next(
            (owners[value.path[:length]] for length in range(len(value.path), 0, -1) if value.path[:length] in owners),
            None,
        )
        named = next((each for each in outline.inputs if each.steps and each.steps[0] == reference.steps[0].name), None)
        if owner is None or named is None or named is owner:
            continue
        if not any(each.split(".")[0] == named.steps[0] for each in owner.depends_on):
            message = f"without `dependsOn: {{inputs: [{named.id}]}}` this comes to nothing"
            yield DEFAULT_WITHOUT_DEPENDENCY.finding(message, reference.text_span)
