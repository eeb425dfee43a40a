"""Words and numbers that YAML reads as something else than they look."""

from __future__ import annotations

from collections.abc import Iterator

from tiercel_schemas.diagnostics import Diagnostic, Severity
from tiercel_schemas.source.nodes import MappingNode, Node, ScalarNode
from tiercel_schemas.source.values import scalar_value
from tiercel_server.analysis.mappings import find_items, find_value
from tiercel_server.rules.examples import logs
from tiercel_server.rules.model import Rule, RuleContext, replacement
from tiercel_server.rules.registry import checks

YAML_WORD = Rule(
    code="yaml-word",
    group="logic",
    at_run_time=True,
    severity=Severity.WARNING,
    summary="An id or a choice is written so that YAML reads it as a truth value or a number.",
    why="`no`, `off`, `yes` and `on` are `false` and `true`, `010` is 8 and `1_000` is 1000: what is compared with the "
    "word as written never matches. Quotes keep it as it stands.",
    bad=logs("{{ inputs.answer }}", "inputs:\n  - {id: answer, type: SELECT, values: [yes, no]}"),
    good=logs("{{ inputs.answer }}", "inputs:\n  - {id: answer, type: SELECT, values: ['yes', 'no']}"),
    fix="Sets quotes: a guess, for the value changes.",
)


@checks(YAML_WORD)
def check(context: RuleContext) -> Iterator[Diagnostic]:
    """Ids of everything, choices of inputs and cases of switches."""
    outline = context.flow.outline
    owners: list[MappingNode] = [context.flow.root]
    owners += [each.node for each in outline.tasks]
    owners += [each.node for each in outline.inputs]
    owners += [each.node for each in outline.triggers]
    for owner in owners:
        yield from _word(find_value(owner, "id"))
    for each in outline.inputs:
        if each.type in {"SELECT", "MULTISELECT", "ENUM"}:
            for value in find_items(each.node, "values"):
                yield from _word(value)
    for task in outline.tasks:
        cases = find_value(task.node, "cases") if task.type.endswith(".Switch") else None
        for pair in cases.pairs if isinstance(cases, MappingNode) else ():
            yield from _word(pair.key)


def _word(node: Node | None) -> Iterator[Diagnostic]:
    if not isinstance(node, ScalarNode) or node.style != "plain":
        return
    value = scalar_value(node)
    written = node.value
    meant = ("true" if value else "false") if isinstance(value, bool) else str(value)
    is_changed = isinstance(value, bool | int | float) and meant != written and written.lower() != meant
    if is_changed:
        data = replacement(node.span, f'"{written}"', "Quote it")
        yield YAML_WORD.finding(
            f"YAML reads `{written}` as `{meant}`: quote it to keep it as it stands", node.span, data=data
        )
