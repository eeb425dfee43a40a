"""A variable's value in the place of its name, everywhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from tiercel_schemas.source.nodes import MappingNode, ScalarNode
from tiercel_schemas.source.spans import Span
from tiercel_schemas.source.values import scalar_value
from tiercel_server.analysis import FlowAnalysis
from tiercel_server.analysis.mappings import find_pair
from tiercel_server.analysis.references import Reference
from tiercel_server.analysis.symbols import VariableSymbol
from tiercel_server.features.code_actions.blocks import pair_blocks
from tiercel_server.features.code_actions.model import INLINE, ActionPlace, Change, CodeAction, Edit, offers

_Value = str | float | bool
_PLAIN = re.compile(r"[^'\"\\{}%\r\n]*")
_ONLY_NAME = re.compile(r"\{\{\s*vars\.[\w.]+\s*\}\}")


@offers
def inlines(place: ActionPlace) -> Iterator[CodeAction]:
    """Offered on the variable and on each of its uses, where its value is one text, number or truth value."""
    flow = place.flow
    found = _variable_at(flow, place.span.start) if flow is not None else None
    if flow is None or found is None or not isinstance(found.node, ScalarNode):
        return
    value = scalar_value(found.node)
    if isinstance(value, bool | int | float) or (isinstance(value, str) and _PLAIN.fullmatch(value)):
        name = ".".join(found.steps)
        yield CodeAction(f"Inline the variable `{name}`", INLINE, partial(_inlined, place, found, value))


def _variable_at(flow: FlowAnalysis, offset: int) -> VariableSymbol | None:
    for variable in flow.outline.variables:
        if variable.key_span.contains(offset):
            return variable
    for reference in flow.references:
        if reference.root == "vars" and reference.text_span.contains(offset):
            return flow.outline.variable(*(str(step) for step in reference.names))
    return None


def _inlined(place: ActionPlace, variable: VariableSymbol, value: _Value) -> Change | None:
    flow = place.flow
    assert flow is not None
    edits = []
    for reference in flow.references:
        names = tuple(str(name) for name in reference.names)
        if reference.root != "vars" or names[: len(variable.steps)] != variable.steps:
            continue
        if names != variable.steps or not reference.complete:
            return None  # Something behind the value is asked for.
        edits.append(_replaced(place, reference, value))
    removal = _removal(place, variable)
    if any(edit is None for edit in edits) or removal is None:
        return None
    return Change((*[edit for edit in edits if edit is not None], removal))


def _replaced(place: ActionPlace, reference: Reference, value: _Value) -> Edit | None:
    node = reference.site.value.node
    if isinstance(value, str) and _ONLY_NAME.fullmatch(node.value) and node.style in {"single", "double"}:
        quote = place.text[node.span.start]
        return Edit(node.span, f"{quote}{value}{quote}")
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if isinstance(value, str):
        quote = '"' if node.style == "single" else "'"
        text = f"{quote}{value}{quote}"
    return Edit(reference.text_span, text)


def _removal(place: ActionPlace, variable: VariableSymbol) -> Edit | None:
    """The line of the variable; that of `variables` too when it is the last one."""
    flow, text = place.flow, place.snapshot.text
    assert flow is not None
    pair = find_pair(flow.root, "variables")
    holder: MappingNode | None = pair.value if pair is not None and isinstance(pair.value, MappingNode) else None
    for step in variable.steps[:-1]:
        inner = holder.get(step) if holder is not None else None
        holder = inner if isinstance(inner, MappingNode) else None
    if holder is None:
        return None
    is_last = len(holder.pairs) == 1
    if is_last and len(variable.steps) > 1:
        return None
    owner, name = (flow.root, "variables") if is_last else (holder, variable.steps[-1])
    blocks = pair_blocks(text, owner)
    if blocks is None:
        return None
    index = next((at for at, each in enumerate(owner.pairs) if each.name == name), None)
    if index is None or owner.pairs[index].key.span.start < blocks[index].span(text).start:
        return None
    span = blocks[index].span(text)
    return Edit(Span(span.start, span.end), "")
