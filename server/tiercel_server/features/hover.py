"""What a hover tells about the place under the mouse."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tiercel_schemas.catalog import describe
from tiercel_schemas.source.locate import Place, node_at, path_at
from tiercel_schemas.source.nodes import ScalarNode
from tiercel_schemas.source.spans import Span
from tiercel_server.analysis import FlowAnalysis
from tiercel_server.analysis.mappings import find_text
from tiercel_server.features.cursor import locate
from tiercel_server.features.documentation import plugin_doc, property_doc
from tiercel_server.features.hover_expressions import expression_doc
from tiercel_server.features.hover_names import (
    called_flow,
    input_doc,
    known_flow_doc,
    known_input_doc,
    namespace_doc,
    own_flow_doc,
    short,
    symbol_doc,
    task_doc,
    variable_doc,
)
from tiercel_server.features.hover_values import value_doc
from tiercel_server.features.seen_values import seen_run
from tiercel_server.features.slots import gives_inputs, slot_at
from tiercel_server.features.surroundings import NOTHING_AROUND, Surroundings
from tiercel_server.workspace import DocumentSnapshot


@dataclass(frozen=True, slots=True)
class Hover:
    """Markdown about a stretch of the text."""

    span: Span
    markdown: str


def hover(
    snapshot: DocumentSnapshot, offset: int, around: Surroundings = NOTHING_AROUND, now: datetime | None = None
) -> Hover | None:
    """What there is to tell about an offset; None where nothing is known. `now` (with a zone) dates schedules."""
    flow = snapshot.flow_at(offset)
    if flow is None:
        return None
    cursor = locate(snapshot.source, offset)
    if cursor.role == "comment":
        return None
    if cursor.template is not None:
        told = expression_doc(cursor.template.text, cursor.template.index, cursor.path, flow, around)
        return Hover(cursor.template.span(told[0]), told[1]) if told is not None else None
    place = path_at(flow.root, offset)
    if place is None or not place.path or place.node is None or not isinstance(place.node, ScalarNode):
        return None
    if place.role == "key":
        text = _named_key(place, flow, around) or _property(place, flow)
    elif place.node.style in {"literal", "folded"}:
        return None
    else:
        text = _value(place, place.node, flow, around, now) or _property(place, flow)
    return Hover(place.node.span, text) if text else None


# --- keys ----------------------------------------------------------------------------------------------------


def _named_key(place: Place, flow: FlowAnalysis, around: Surroundings) -> str:
    """A key that its author chose: an input that is given, a variable, a label."""
    path, name = place.path, str(place.path[-1])
    if gives_inputs(path[:-1]):
        symbol = flow.outline.input(name)
        return input_doc(symbol, seen_run(flow, around)) if symbol is not None else ""
    if path[:1] == ("variables",) and len(path) > 1:
        variable = flow.outline.variable(*(str(step) for step in path[1:]))
        return variable_doc(variable) if variable is not None else ""
    if len(path) > 1 and path[-2] == "labels":
        value = find_text(node_at(flow.root, path[:-1]), name)
        return f"**{name}** · label" + (f"\n\nValue: `{short(value)}`." if value else "")
    if len(path) > 2 and path[-2] == "inputs":
        called = called_flow(node_at(flow.root, path[:-2]), around)
        known = next((each for each in called.inputs if each.id == name), None) if called is not None else None
        return known_input_doc(known, called) if known is not None and called is not None else ""
    return ""


def _property(place: Place, flow: FlowAnalysis) -> str:
    name = place.path[-1]
    owner = slot_at(flow.root, place.path[:-1], flow.catalog)
    if isinstance(name, str):
        prop = owner.facts.find(name) if owner.facts is not None else None
    else:
        prop = slot_at(flow.root, place.path, flow.catalog).prop
    if prop is not None:
        return property_doc(owner.owner, prop)
    return "The type of plugin, by its full name." if name == "type" and owner.choices else ""


# --- values --------------------------------------------------------------------------------------------------


def _value(place: Place, node: ScalarNode, flow: FlowAnalysis, around: Surroundings, now: datetime | None) -> str:
    path, name = place.path, place.path[-1]
    owner = slot_at(flow.root, path[:-1], flow.catalog)
    if name == "type" and isinstance(name, str):
        plugin = flow.catalog.plugin(node.value)
        if plugin is not None:
            return plugin_doc(plugin, flow.catalog)
        about = describe("input-type", node.value) if owner.owner == "input" else None
        return f"**{node.value}**\n\n{about}" if about is not None else ""
    named = _name(place, node, flow, around)
    if named:
        return named
    slot = slot_at(flow.root, path, flow.catalog)
    prop = slot.prop
    if isinstance(name, int) and prop is not None:
        prop = slot_at(flow.root, path[:-1], flow.catalog).items or prop
    said = value_doc(node.value, prop, flow.root, path, now) if prop is not None else ""
    if not said or prop is None:
        return ""
    return f"{said}\n\n{property_doc(owner.owner, prop)}" if isinstance(name, str) else said


def _name(place: Place, node: ScalarNode, flow: FlowAnalysis, around: Surroundings) -> str:
    """A value that is the name of something."""
    path, name = place.path, place.path[-1]
    if path == ("id",):
        return own_flow_doc(flow, around)
    if name == "id":
        return symbol_doc(path, flow, around)
    if name == "namespace":
        return namespace_doc(node.value, around)
    if name == "flowId":
        called = called_flow(node_at(flow.root, path[:-1]), around)
        return known_flow_doc(called) if called is not None else ""
    if "dependsOn" in path[-2:] or path[-3:-1] == ("dependsOn", "inputs"):
        return _dependency(place, node, flow, around)
    if path[:1] == ("variables",) and len(path) > 1:
        variable = flow.outline.variable(*(str(step) for step in path[1:]))
        return variable_doc(variable) if variable is not None else ""
    if isinstance(name, int) and path[-3:-1] == ("namespaceFiles", "include"):
        namespace = flow.outline.namespace.value if flow.outline.namespace is not None else ""
        there = node.value in around.files_of(namespace)
        return f"**{node.value}** · namespace file of {namespace}" if there else ""
    return ""


def _dependency(place: Place, node: ScalarNode, flow: FlowAnalysis, around: Surroundings) -> str:
    if place.path[:1] == ("inputs",):
        symbol = flow.outline.input(node.value)
        return input_doc(symbol, seen_run(flow, around)) if symbol is not None else ""
    task = flow.outline.task(node.value)
    return task_doc(task, flow, around) if task is not None else ""
