"""From a cursor to what may be written there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tiercel_schemas.source.locate import node_at
from tiercel_server.analysis import FlowAnalysis
from tiercel_server.features.completion.becoming import may_become_flow
from tiercel_server.features.completion.expressions import offered_in_expression
from tiercel_server.features.completion.flows import offered_flows, offered_inputs
from tiercel_server.features.completion.input_values import offered_input_values, offered_trigger_inputs
from tiercel_server.features.completion.items import CompletionItem, CompletionList
from tiercel_server.features.completion.keys import offered_keys
from tiercel_server.features.completion.names import offered_at_path, offered_labels
from tiercel_server.features.completion.types import offered_types, offered_wholes
from tiercel_server.features.completion.values import offered_values
from tiercel_server.features.cursor import Cursor, locate
from tiercel_server.features.slots import TASK, TRIGGER, Slot, slot_at, slot_of
from tiercel_server.features.surroundings import NOTHING_AROUND, Surroundings
from tiercel_server.workspace import DocumentSnapshot


def complete(snapshot: DocumentSnapshot, offset: int, around: Surroundings = NOTHING_AROUND) -> CompletionList:
    """What may be written at an offset; empty where nothing is known to fit. `around` is what the workspace knows."""
    cursor = locate(snapshot.source, offset)
    if not snapshot.is_flow and not may_become_flow(snapshot, cursor):
        return CompletionList()
    if cursor.role == "comment":
        return CompletionList()
    flow = _flow_of(snapshot, cursor)
    if cursor.template is not None:
        version = snapshot.kestra_version
        return CompletionList(_sorted(offered_in_expression(cursor, cursor.template, flow, version, around)))
    if cursor.role == "content":
        return CompletionList()
    return _Structural(snapshot, cursor, flow, around).complete()


def _flow_of(snapshot: DocumentSnapshot, cursor: Cursor) -> FlowAnalysis | None:
    return next((flow for flow in snapshot.flows if flow.document is cursor.document), None)


def _sorted(items: Iterable[CompletionItem]) -> tuple[CompletionItem, ...]:
    unique = {(item.label, item.insert): item for item in items}
    return tuple(sorted(unique.values(), key=lambda item: (item.rank, item.order, item.label.lower())))


class _Structural:
    """Completion outside of expressions."""

    def __init__(
        self, snapshot: DocumentSnapshot, cursor: Cursor, flow: FlowAnalysis | None, around: Surroundings
    ) -> None:
        self.cursor = cursor
        self.flow = flow
        self.around = around
        self.catalog = snapshot.catalog
        self.root = cursor.document.root if cursor.document is not None else None
        text = snapshot.source.text
        line = text.line_text(text.line_at(cursor.span.start))
        self.indent = max(0, cursor.column - (len(line) - len(line.lstrip(" "))))

    def complete(self) -> CompletionList:
        cursor = self.cursor
        slot = slot_at(self.root, cursor.path, self.catalog)
        if cursor.role == "key":
            inputs = list(offered_inputs(cursor, self.root, self.catalog, self.around.flows))
            if self.flow is not None and slot.prop is not None:
                inputs += offered_trigger_inputs(cursor, node_at(self.root, cursor.path), self.flow)
            if inputs:
                return CompletionList(_sorted(inputs))
            labels = list(offered_labels(cursor, self.root, self.flow, self.around))
            if labels and slot.prop is not None and slot.prop.name == "labels":
                return CompletionList(_sorted(labels))
            if slot.wants_list and not cursor.before_colon:
                return self._new_item(self._item_slot(slot), "- ")
            return CompletionList(_sorted(offered_keys(cursor, self.root, slot, self.indent)), incomplete=False)
        if cursor.role == "item" and slot.facts is not None:
            return self._new_item(slot, "")
        return self._value(slot)

    def _item_slot(self, slot: Slot) -> Slot:
        assert slot.items is not None
        return slot_of(slot.items, None, self.catalog)

    def _new_item(self, slot: Slot, dash: str) -> CompletionList:
        cursor = self.cursor
        items = list(offered_keys(cursor, self.root, slot, self.indent, dash))
        wholes: list[CompletionItem] = []
        if slot.base in {TASK, TRIGGER} and not cursor.in_brackets:
            indent = self.indent + len(dash)
            wholes = offered_wholes(cursor.prefix, cursor.span, slot.choices, self.catalog, indent, dash)
        if slot.facts is None and slot.prop is not None and not dash:
            items += self._values(slot)
        return CompletionList(_sorted([*items, *wholes]), incomplete=bool(wholes))

    def _value(self, slot: Slot) -> CompletionList:
        cursor = self.cursor
        if cursor.path and cursor.path[-1] == "type":
            owner = slot_at(self.root, cursor.path[:-1], self.catalog)
            if owner.base:
                types = offered_types(cursor.prefix, cursor.span, owner.choices, self.catalog)
                return CompletionList(_sorted(types), incomplete=bool(types))
        named = offered_flows(cursor, self.root, self.catalog, self.around.flows)
        return CompletionList(_sorted([*named, *self._values(slot)]))

    def _values(self, slot: Slot) -> Iterator[CompletionItem]:
        yield from offered_values(self.cursor, self.root, slot, self.catalog, self.flow)
        yield from offered_at_path(self.cursor, self.root, self.flow, self.around)
        if self.flow is not None:
            yield from offered_input_values(self.cursor, self.flow)
