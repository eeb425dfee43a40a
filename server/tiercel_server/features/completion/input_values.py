"""What an input may be given, wherever it is given: as its default, by a trigger, or compared in an expression."""

from __future__ import annotations

from collections.abc import Iterator

from tiercel_schemas.source.nodes import MappingNode, Node, Path, ScalarNode
from tiercel_schemas.source.spans import Span
from tiercel_server.analysis import FlowAnalysis
from tiercel_server.analysis.mappings import effective_pairs, find_items, find_text
from tiercel_server.analysis.symbols import InputSymbol
from tiercel_server.features.completion.items import CompletionItem, fits
from tiercel_server.features.cursor import Cursor
from tiercel_server.features.slots import gives_inputs

_GIVEN_BY_ITSELF = ("defaults", "prefill")


def choices_of(symbol: InputSymbol) -> tuple[str, ...]:
    """The values that an input chooses among; none where it takes others."""
    if symbol.type in {"BOOL", "BOOLEAN"}:
        return ("true", "false")
    if symbol.type not in {"SELECT", "MULTISELECT", "ENUM"}:
        return ()
    texts = (_text(item) for item in find_items(symbol.node, "values"))
    return tuple(dict.fromkeys(text for text in texts if text))


def offered_input_values(cursor: Cursor, flow: FlowAnalysis) -> Iterator[CompletionItem]:
    """The choices of the input whose value stands at the cursor."""
    symbol = _input_given_at(cursor.path, flow)
    if symbol is not None:
        yield from offered_choices(symbol, cursor.prefix, cursor.span)


def offered_choices(symbol: InputSymbol, typed: str, span: Span) -> Iterator[CompletionItem]:
    """The choices of an input that fit what is typed, in the input's order, those that begin so first."""
    for order, text in enumerate(choices_of(symbol)):
        if fits(typed, text):
            rank = 4 if text.lower().startswith(typed.lower()) else 5
            yield CompletionItem(text, "value", text, span, detail=f"value of {symbol.id}", rank=rank, order=order)


def offered_trigger_inputs(cursor: Cursor, given: Node | None, flow: FlowAnalysis) -> Iterator[CompletionItem]:
    """The flow's own inputs as keys of a trigger's `inputs`, those it needs first."""
    if not gives_inputs(cursor.path):
        return
    pairs = effective_pairs(given) if isinstance(given, MappingNode) else ()
    present = {pair.name for pair in pairs if not pair.key.span.contains(cursor.offset)}
    for order, each in enumerate(flow.outline.inputs):
        if not each.id or each.type == "FORM" or each.id in present or not fits(cursor.prefix, each.id):
            continue
        needed = each.required and not each.has_default
        yield CompletionItem(
            label=each.id,
            kind="property",
            insert=each.id + ("" if cursor.before_colon else ": "),
            span=cursor.span,
            detail=f"{each.type} · required" if needed else each.type,
            note=find_text(each.node, "description") or find_text(each.node, "displayName") or "",
            rank=2 if needed else 5,
            order=order,
        )


def _input_given_at(path: Path, flow: FlowAnalysis) -> InputSymbol | None:
    if path and isinstance(path[-1], int):
        path = path[:-1]
    if not path:
        return None
    if gives_inputs(path[:-1]):
        return flow.outline.input(str(path[-1]))
    if path[0] == "inputs" and path[-1] in _GIVEN_BY_ITSELF:
        return next((each for each in flow.outline.inputs if each.path == path[:-1]), None)
    return None


def _text(item: Node) -> str:
    return item.value if isinstance(item, ScalarNode) else find_text(item, "value") or ""
