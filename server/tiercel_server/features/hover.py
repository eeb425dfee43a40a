"""What a hover tells about the place under the mouse."""

from __future__ import annotations

from dataclasses import dataclass

from tiercel_schemas.catalog import Catalog, describe
from tiercel_schemas.expressions import nodes as n
from tiercel_schemas.expressions import nodes_at, parse_template, signatures
from tiercel_schemas.source.locate import Place, path_at
from tiercel_schemas.source.nodes import Node, Path, ScalarNode
from tiercel_schemas.source.spans import Span
from tiercel_schemas.versions import KestraVersion
from tiercel_server.analysis import FlowAnalysis
from tiercel_server.analysis.mappings import find_text, find_value
from tiercel_server.analysis.shapes import AnyShape, MapShape, describe_shape
from tiercel_server.features.cursor import TemplateCursor, locate
from tiercel_server.features.documentation import plugin_doc, property_doc, signature_doc
from tiercel_server.features.expression_shapes import describe_origin, shape_of, static_path
from tiercel_server.features.slots import gives_inputs, slot_at
from tiercel_server.workspace import DocumentSnapshot

_MOST_KEYS = 12
_LONGEST_VALUE = 200


@dataclass(frozen=True, slots=True)
class Hover:
    """Markdown about a stretch of the text."""

    span: Span
    markdown: str


def hover(snapshot: DocumentSnapshot, offset: int) -> Hover | None:
    """What there is to tell about an offset; None where nothing is known."""
    flow = snapshot.flow_at(offset)
    if flow is None:
        return None
    cursor = locate(snapshot.source, offset)
    if cursor.role == "comment":
        return None
    if cursor.template is not None:
        return _in_expression(cursor.template, cursor.path, flow)
    place = path_at(flow.root, offset)
    if place is None or not place.path or place.node is None or not isinstance(place.node, ScalarNode):
        return None
    given = _given_input(place, place.node, flow) if place.role == "key" else None
    return given or _structural(place, place.node, flow.root, snapshot.catalog)


def _given_input(place: Place, node: ScalarNode, flow: FlowAnalysis) -> Hover | None:
    """The input of this flow that a trigger gives a value to."""
    if not gives_inputs(place.path[:-1]):
        return None
    symbol = flow.outline.input(str(place.path[-1]))
    if symbol is None:
        return None
    parts = [f"**{symbol.id}** · input · {symbol.type}", _declared(("inputs", *symbol.steps), flow)]
    return Hover(node.span, "\n\n".join(part for part in parts if part))


def _structural(place: Place, node: ScalarNode, root: Node, catalog: Catalog) -> Hover | None:
    name = place.path[-1]
    owner = slot_at(root, place.path[:-1], catalog)
    if place.role != "key" and name == "type" and isinstance(name, str):
        plugin = catalog.plugin(node.value)
        if plugin is not None:
            return Hover(node.span, plugin_doc(plugin, catalog))
        about = describe("input-type", node.value) if owner.owner == "input" else None
        if about is not None:
            return Hover(node.span, f"**{node.value}**\n\n{about}")
    if place.role != "key" and node.style in {"literal", "folded"}:
        return None
    if not isinstance(name, str):
        slot = slot_at(root, place.path, catalog)
        prop, about_owner = slot.prop, owner.owner
    else:
        prop, about_owner = (owner.facts.find(name) if owner.facts is not None else None), owner.owner
    if prop is None:
        about = "The type of plugin, by its full name." if name == "type" and owner.choices else None
        return Hover(node.span, about) if about else None
    return Hover(node.span, property_doc(about_owner, prop))


# --- expressions ---------------------------------------------------------------------------------------------


def _in_expression(place: TemplateCursor, path: Path, flow: FlowAnalysis) -> Hover | None:
    template = parse_template(place.text, flow.version)
    chain = nodes_at(template, place.index)
    if not chain:
        return None
    found = _called(chain, place.index, flow.version) or _named(chain, place.index, path, flow)
    return Hover(place.span(found.span), found.markdown) if found is not None else None


def _called(chain: list[n.Node], index: int, version: KestraVersion) -> Hover | None:
    known = signatures(version)
    for node in reversed(chain):
        table = {n.Call: known.functions, n.Filter: known.filters, n.Test: known.tests}.get(type(node))
        if table is None or not isinstance(node, n.Call | n.Filter | n.Test) or not node.name_span.contains(index):
            continue
        signature = table.get(node.name)
        if signature is not None:
            return Hover(node.name_span, signature_doc(signature))
    return None


def _named(chain: list[n.Node], index: int, path: Path, flow: FlowAnalysis) -> Hover | None:
    """The longest name that ends with the step under the mouse."""
    target: n.Variable | n.Attribute | n.Subscript | None = None
    span = Span(0, 0)
    for node in reversed(chain):
        if isinstance(node, n.Variable):
            target, span = node, node.span
        elif isinstance(node, n.Attribute) and node.name_span.contains(index):
            target, span = node, node.name_span
        elif isinstance(node, n.Subscript) and node.key.span.contains(index):
            if not isinstance(node.key, n.StringLiteral | n.IntegerLiteral):
                continue
            target, span = node, node.key.span
        if target is not None:
            break
    steps = static_path(target) if target is not None else None
    if target is None or steps is None:
        return None
    scope = flow.scope_at(path)
    shape = shape_of(target, scope, {})
    written = _written(steps)
    head = f"**{written}**" + ("" if isinstance(shape, AnyShape) else f" · {describe_shape(shape)}")
    parts = [head, describe_origin(steps, flow), _declared(steps, flow)]
    if isinstance(shape, MapShape) and shape.keys:
        keys = [f"`{key}`" for key in list(shape.keys)[:_MOST_KEYS]]
        parts.append("Has " + ", ".join(keys) + (" …" if len(shape.keys) > _MOST_KEYS else "") + ".")
    return Hover(span, "\n\n".join(part for part in parts if part))


def _written(steps: tuple[str, ...]) -> str:
    text = steps[0]
    for step in steps[1:]:
        text += f".{step}" if step.isidentifier() else f"[{step}]" if step.isdigit() else f"['{step}']"
    return text


def _declared(steps: tuple[str, ...], flow: FlowAnalysis) -> str:
    """What the flow itself says about a name: an input's description and default, a variable's value."""
    match steps:
        case ("inputs", *rest):
            symbol = flow.outline.input(".".join(rest))
            if symbol is None:
                return ""
            said = [find_text(symbol.node, "description") or find_text(symbol.node, "displayName") or ""]
            default = find_text(symbol.node, "defaults")
            said.append(f"Default: `{_short(default)}`." if default else "" if symbol.required else "Optional.")
            return "\n\n".join(part for part in said if part)
        case ("vars", *rest):
            variable = flow.outline.variable(*rest)
            if variable is not None and isinstance(variable.node, ScalarNode):
                return f"Value: `{_short(variable.node.value)}`."
        case ("outputs", task_id, *_):
            task = flow.outline.task(task_id)
            description = find_value(task.node, "description") if task is not None else None
            return description.value if isinstance(description, ScalarNode) else ""
    return ""


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_VALUE else f"{line[:_LONGEST_VALUE]}…"
