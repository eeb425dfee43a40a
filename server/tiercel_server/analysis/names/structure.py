"""Names in the structure of a flow: calls of other flows, what they are given, plugin types, keys of the KV store."""

from __future__ import annotations

from collections.abc import Iterator

from tiercel_schemas.source.nodes import MappingNode, Node, ScalarNode, walk
from tiercel_schemas.source.spans import Span
from tiercel_schemas.source.text import SourceText
from tiercel_server.analysis.mappings import find_value
from tiercel_server.analysis.names.calls import FlowId, calls_flows, is_flow_trigger, named_flow
from tiercel_server.analysis.names.context import LOOP, ForeignFlow, Home, OwnFlow
from tiercel_server.analysis.names.model import Name, Occurrence, Role
from tiercel_server.analysis.names.scalars import items_of, keys_of, literal, literal_of, step_parts, text_of
from tiercel_server.analysis.names.scalars import whole_scalar as scalar

_FREE = frozenset({"variables", "labels"})
_CORE = "io.kestra.plugin.core."


def structural_occurrences(own: OwnFlow) -> Iterator[Occurrence]:
    """Every name that a flow's mappings hold outside of its own declarations."""
    flow, text = own.flow, own.flow.source.text
    trigger_types = {each.path: each.type for each in flow.outline.triggers}
    for path, node in walk(flow.root):
        if not isinstance(node, MappingNode) or not path or path[0] in _FREE:
            continue
        type_name = text_of(node, "type")
        in_trigger = path[0] == "triggers"
        if in_trigger and len(path) == 2:
            yield from given_inputs(find_value(node, "inputs"), own, text)
        if not in_trigger and "." not in type_name and path[0] != "inputs":
            continue
        if "." in type_name and (found := literal_of(node, "type")) is not None:
            yield scalar(Name("plugin", "", "", (type_name,)), found, "reference", text)
        listens = in_trigger and is_flow_trigger(trigger_types.get(path[:2], ""))
        yield from _flow_reference(node, type_name, own.id[0], text, listens=listens)
        yield from _by_type(node, type_name, own, text)


def _flow_reference(
    node: MappingNode, type_name: str, namespace: str, text: SourceText, *, listens: bool
) -> Iterator[Occurrence]:
    written = literal_of(node, "namespace")
    if written is not None:
        yield scalar(Name("namespace", written.value), written, "reference", text)
    target, flow_id = named_flow(node, namespace), literal_of(node, "flowId")
    if target is None or flow_id is None:
        return
    role: Role = "call" if calls_flows(type_name) else "listen" if listens else "reference"
    yield scalar(Name("flow", *target), flow_id, role, text)
    if written is not None:
        yield scalar(Name("flow", *target), written, "reference", text)._replace(form="implied")
    if role == "call":
        yield from given_inputs(find_value(node, "inputs"), ForeignFlow(target), text)


def given_inputs(node: Node | None, home: Home, text: SourceText) -> Iterator[Occurrence]:
    """The keys that give inputs of a flow their values, those of forms nested or joined by dots."""
    for key, value in keys_of(node):
        yield from _given(key, value, (), home, text)


def _given(
    key: ScalarNode, value: Node | None, above: tuple[str, ...], home: Home, text: SourceText
) -> Iterator[Occurrence]:
    yield from named_inputs(key, above, home, text)
    whole = (*above, *key.value.split("."))
    known = home.inputs if isinstance(home, OwnFlow) else None
    if isinstance(value, MappingNode) and len(whole) < 3 and (known is None or whole in known):
        for inner, below in keys_of(value):
            yield from _given(inner, below, whole, home, text)


def named_inputs(node: ScalarNode, above: tuple[str, ...], home: Home, text: SourceText) -> Iterator[Occurrence]:
    """The inputs that a scalar names: one, or a form and one inside it, joined by a dot; `above` is a form around."""
    known = home.inputs if isinstance(home, OwnFlow) else None
    parts = list(step_parts(node, text))
    for number, (steps, span) in enumerate(parts, start=1):
        full = (*above, *steps)
        symbol = known.get(full) if known is not None else None
        if (
            known is not None
            and symbol is None
            and (len(full) > 1 or any((*above, *each) in known for each, _ in parts))
        ):
            continue
        own = len(full) - len(symbol.parent.steps) if symbol is not None and symbol.parent is not None else len(full)
        first = max(0, number - own) if symbol is not None else number - 1
        name, certain = home.name("input", *full), len(full) == 1 or known is not None
        if first == 0 and number == len(parts):
            yield scalar(name, node, "reference", text)._replace(certain=certain)
        else:
            place = Span(parts[first][1].start, span.end)
            yield Occurrence(name, place, "reference", "part", place, certain)


def _by_type(node: MappingNode, type_name: str, own: OwnFlow, text: SourceText) -> Iterator[Occurrence]:
    if not type_name.startswith("io.kestra."):
        return
    if type_name == LOOP:
        yield from _loop_outputs(node, own, text)
    elif ".core.kv." in type_name:
        yield from _kv(node, type_name, own.id[0], text)
    elif type_name.endswith(("trigger.Toggle", "triggers.Toggle")):
        yield from _toggled(node, named_flow(node, own.id[0]) or own.id, text)
    elif type_name == _CORE + "execution.SetVariables":
        for key, _ in keys_of(find_value(node, "variables")):
            yield scalar(own.name("variable", key.value), key, "write", text)
    elif type_name == _CORE + "execution.Labels":
        for key, _ in keys_of(find_value(node, "labels")):
            yield scalar(own.name("label", key.value), key, "write", text)
    elif type_name == _CORE + "execution.UnsetVariables":
        for item in items_of(find_value(node, "variables")):
            if (each := literal(item)) is not None:
                yield scalar(own.name("variable", each.value), each, "reference", text)


def _loop_outputs(node: MappingNode, own: OwnFlow, text: SourceText) -> Iterator[Occurrence]:
    for item in items_of(find_value(node, "outputs")):
        if (found := literal_of(item, "id")) is not None:
            yield scalar(own.name("loop-output", text_of(node, "id"), found.value), found, "declaration", text)


def _toggled(node: MappingNode, target: FlowId, text: SourceText) -> Iterator[Occurrence]:
    for key in ("trigger", "triggerId"):
        if (found := literal_of(node, key)) is not None:
            yield scalar(Name("trigger", *target, (found.value,)), found, "reference", text)


def _kv(node: MappingNode, type_name: str, namespace: str, text: SourceText) -> Iterator[Occurrence]:
    key = literal_of(node, "key")
    if key is not None and (find_value(node, "namespace") is None or text_of(node, "namespace")):
        role: Role = "write" if type_name.endswith(".Set") else "reference"
        where = text_of(node, "namespace") or namespace
        yield scalar(Name("kv", where, "", (key.value,)), key, role, text)
