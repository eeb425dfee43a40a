"""What a hover tells inside an expression: names, calls, what is given to them, operators and tags."""

from __future__ import annotations

import re

from tiercel_schemas.expressions import nodes as n
from tiercel_schemas.expressions import nodes_at, parse_template, signatures
from tiercel_schemas.source.nodes import Path, ScalarNode
from tiercel_schemas.source.spans import Span
from tiercel_schemas.versions import KestraVersion
from tiercel_server.analysis import FlowAnalysis
from tiercel_server.analysis.mappings import find_text
from tiercel_server.analysis.shapes import AnyShape, MapShape, describe_shape
from tiercel_server.features.completion.arguments import CallSite, call_site
from tiercel_server.features.completion.names import namespace_of
from tiercel_server.features.documentation import parameter_text, signature_doc
from tiercel_server.features.expression_shapes import Locals, describe_origin, static_path
from tiercel_server.features.hover_names import called_flow, input_facts, known_flow_doc, short
from tiercel_server.features.hover_values import duration_words, zone_doc
from tiercel_server.features.known_members import shape_here
from tiercel_server.features.seen_values import seen_run, seen_value, value_text
from tiercel_server.features.surroundings import Surroundings
from tiercel_server.features.template_names import template_names

_MOST_KEYS = 12
_TAG = re.compile(r"\{%-?\s*(\w+)")
_WORD_OPERATORS = re.compile(r"\bis\s+not\b|\bis\b|\bnot\b|\band\b|\bor\b|\bcontains\b|\bisIn\b|\bequals\b")
_FILES = frozenset({"read", "fileURI", "fileSize", "fileExists", "isFileEmpty"})
_LITERALS = {n.BooleanLiteral: "boolean", n.IntegerLiteral: "integer", n.DoubleLiteral: "number", n.NullLiteral: "null"}

Told = tuple[Span, str]
"""A stretch of the template and Markdown about it."""


def expression_doc(text: str, index: int, path: Path, flow: FlowAnalysis, around: Surroundings) -> Told | None:
    """What there is to tell about a place in a template; None where nothing is known."""
    template = parse_template(text, flow.version)
    chain = nodes_at(template, index)
    if not chain:
        return _tag(text, index, flow.version)
    return (
        _called(chain, index, flow.version)
        or _parameter(chain, index, flow.version)
        or _argument(chain, flow, around)
        or _named(chain, index, path, template, flow, around)
        or _operator(chain, text, index, flow.version)
        or _tag(text, index, flow.version)
        or _literal(chain)
    )


def _called(chain: list[n.Node], index: int, version: KestraVersion) -> Told | None:
    known = signatures(version)
    for node in reversed(chain):
        table = {n.Call: known.functions, n.Filter: known.filters, n.Test: known.tests}.get(type(node))
        if table is None or not isinstance(node, n.Call | n.Filter | n.Test) or not node.name_span.contains(index):
            continue
        signature = table.get(node.name)
        if signature is not None:
            return node.name_span, signature_doc(signature)
    return None


def _parameter(chain: list[n.Node], index: int, version: KestraVersion) -> Told | None:
    """The name of an argument that is given by name."""
    known = signatures(version)
    for place, node in enumerate(chain):
        if not isinstance(node, n.Argument) or node.name_span is None or not node.name_span.contains(index):
            continue
        call = chain[place - 1] if place else None
        if not isinstance(call, n.Call | n.Filter | n.Test):
            return None
        table = {n.Call: known.functions, n.Filter: known.filters, n.Test: known.tests}[type(call)]
        signature = table.get(call.name)
        found = next((each for each in signature.parameters if each.name == node.name), None) if signature else None
        if found is None:
            return None
        required = " · required" if found.required else ""
        return node.name_span, f"**{parameter_text(found)}** · {found.type}{required} · parameter of `{call.name}`"
    return None


def _argument(chain: list[n.Node], flow: FlowAnalysis, around: Surroundings) -> Told | None:
    """A text that is given to a call: a secret, a key, a file, a zone, a flow."""
    match chain:
        case [*_, n.Call() | n.Filter() as call, n.Argument(), n.StringLiteral() as literal]:
            site = call_site(call, literal, signatures(flow.version))
        case _:
            return None
    told = _given(site, literal.value, flow, around) if site is not None else ""
    return (literal.span, told) if told else None


def _given(site: CallSite, value: str, flow: FlowAnalysis, around: Surroundings) -> str:
    namespace = site.given.get("namespace") or namespace_of(flow)
    match site.called, site.parameter:
        case "secret", "key":
            known = value.upper() in {name.upper() for name in around.secrets_of(namespace)}
            where = "" if known else "\n\nIt is not among the names that `tiercel.yaml` and its dotenv files give."
            return f"**{value}** · secret{where}\n\nIts value is never shown."
        case "kv", "key":
            known = value in around.kv_of(namespace)
            return f"**{value}** · key of the KV store of {namespace}" + ("" if known else "\n\nNot known here.")
        case called, "path" if called in _FILES:
            known = value in around.files_of(namespace)
            return f"**{value}** · namespace file of {namespace}" + ("" if known else "\n\nNot known here.")
        case "subflow", "id":
            child = around.flows.get(namespace, value)
            return known_flow_doc(child) if child is not None else ""
        case _, "timeZone":
            return zone_doc(value, None)
    words = duration_words(value)
    return f"`{value}`: {words}." if words else ""


def _named(
    chain: list[n.Node], index: int, path: Path, template: n.Template, flow: FlowAnalysis, around: Surroundings
) -> Told | None:
    """The longest name that ends with the step under the mouse."""
    target, span = _target(chain, index)
    steps = static_path(target) if target is not None else None
    if target is None or steps is None:
        return None
    scope = flow.scope_at(path)
    local: Locals = template_names(template, chain, scope)
    shape = shape_here(target, scope, local, flow, around)
    head = f"**{_written(steps)}**" + ("" if isinstance(shape, AnyShape) else f" · {describe_shape(shape)}")
    if steps[0] in local:
        return span, head + ("\n\nof this template" if len(steps) == 1 else "")
    parts = [head, _origin(steps, flow, around), _declared(steps, flow)]
    if isinstance(shape, MapShape) and shape.keys:
        keys = [f"`{key}`" for key in list(shape.keys)[:_MOST_KEYS]]
        parts.append("Has " + ", ".join(keys) + (" …" if len(shape.keys) > _MOST_KEYS else "") + ".")
    parts.append(_seen(steps, flow, around))
    return span, "\n\n".join(part for part in parts if part)


def _target(chain: list[n.Node], index: int) -> tuple[n.Variable | n.Attribute | n.Subscript | None, Span]:
    for node in reversed(chain):
        if isinstance(node, n.Variable):
            return node, node.span
        if isinstance(node, n.Attribute) and node.name_span.contains(index):
            return node, node.name_span
        if isinstance(node, n.Subscript) and node.key.span.contains(index):
            if not isinstance(node.key, n.StringLiteral | n.IntegerLiteral):
                continue
            return node, node.key.span
    return None, Span(0, 0)


def _origin(steps: tuple[str, ...], flow: FlowAnalysis, around: Surroundings) -> str:
    if steps[0] == "outputs" and len(steps) >= 4 and steps[2] == "outputs":
        task = flow.outline.task(steps[1])
        called = called_flow(task.node, around) if task is not None else None
        if called is not None:
            return f"output of {called.id} ({called.namespace})"
    return describe_origin(steps, flow)


def _declared(steps: tuple[str, ...], flow: FlowAnalysis) -> str:
    """What the flow itself says about a name: an input's description and default, a variable's value."""
    match steps:
        case ("inputs", *rest):
            symbol = flow.outline.input(".".join(rest))
            return "\n\n".join(part for part in input_facts(symbol) if part) if symbol is not None else ""
        case ("vars", *rest):
            variable = flow.outline.variable(*rest)
            if variable is not None and isinstance(variable.node, ScalarNode):
                return f"Value: `{short(variable.node.value)}`."
        case ("labels", *rest):
            label = next((each for each in flow.outline.labels if each.key == ".".join(rest)), None)
            return f"Value: `{short(label.value)}`." if label is not None and label.value else ""
        case ("outputs", task_id, *_):
            task = flow.outline.task(task_id)
            return find_text(task.node, "description") or "" if task is not None else ""
        case ("flow", "id") if flow.outline.id is not None:
            return f"Value: `{flow.outline.id.value}`."
        case ("flow", "namespace") if flow.outline.namespace is not None:
            return f"Value: `{flow.outline.namespace.value}`."
    return ""


def _seen(steps: tuple[str, ...], flow: FlowAnalysis, around: Surroundings) -> str:
    run = seen_run(flow, around)
    if run is None:
        return ""
    if steps[0] == "inputs":
        symbol = flow.outline.input(".".join(steps[1:]))
        if symbol is None or symbol.type == "SECRET":
            return ""
    found, value = seen_value(run, steps)
    return f"Last run: `{value_text(value)}`." if found else ""


def _operator(chain: list[n.Node], text: str, index: int, version: KestraVersion) -> Told | None:
    operators = signatures(version).operators
    for node in reversed(chain):
        if isinstance(node, n.Binary) and node.operator_span.contains(index) and node.operator in operators:
            return node.operator_span, signature_doc(operators[node.operator])
        if isinstance(node, n.Filter) and text[index : index + 1] == "|" and "|" in operators:
            return Span(index, index + 1), signature_doc(operators["|"])
        if isinstance(node, n.Unary | n.Test | n.Binary):
            for match in _WORD_OPERATORS.finditer(text, node.span.start, node.span.end):
                name = " ".join(match.group().split())
                if match.start() <= index <= match.end() and name in operators:
                    return Span(match.start(), match.end()), signature_doc(operators[name])
    return None


def _tag(text: str, index: int, version: KestraVersion) -> Told | None:
    tags = signatures(version).tags
    for match in _TAG.finditer(text):
        name = match[1].removeprefix("end") if match[1].removeprefix("end") in tags else match[1]
        if match.start(1) <= index <= match.end(1) and name in tags:
            return Span(match.start(1), match.end(1)), signature_doc(tags[name])
    return None


def _literal(chain: list[n.Node]) -> Told | None:
    kind = _LITERALS.get(type(chain[-1]))
    return (chain[-1].span, kind) if kind is not None else None


def _written(steps: tuple[str, ...]) -> str:
    text = steps[0]
    for step in steps[1:]:
        text += f".{step}" if step.isidentifier() else f"[{step}]" if step.isdigit() else f"['{step}']"
    return text
