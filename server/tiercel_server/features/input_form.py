"""The form of a flow's inputs as a JSON Schema, for a client that asks its user for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tiercel_schemas.source.nodes import ScalarNode
from tiercel_schemas.source.values import plain_value, scalar_value
from tiercel_server.analysis import FlowAnalysis
from tiercel_server.analysis.mappings import find_items, find_scalar, find_text, find_value
from tiercel_server.analysis.outline import asked_by_pause
from tiercel_server.analysis.symbols import InputSymbol, TaskSymbol

_KINDS: Mapping[str, Mapping[str, Any]] = {
    "INT": {"type": "integer"},
    "FLOAT": {"type": "number"},
    "BOOL": {"type": "boolean"},
    "BOOLEAN": {"type": "boolean"},
    "DATETIME": {"type": "string", "format": "date-time"},
    "DATE": {"type": "string", "format": "date"},
    "TIME": {"type": "string", "format": "time"},
    "DURATION": {"type": "string", "format": "duration"},
    "URI": {"type": "string", "format": "uri"},
    "EMAIL": {"type": "string", "format": "email"},
    "FILE": {"type": "string", "format": "file-path"},
    "SECRET": {"type": "string", "format": "password", "writeOnly": True},
    "JSON": {},
    "YAML": {"type": "string"},
    "ARRAY": {"type": "array"},
    "MULTISELECT": {"type": "array", "uniqueItems": True},
}


def input_form(flow: FlowAnalysis) -> dict[str, Any]:
    """An object with a property for each input, in their order; empty `properties` where there is none to ask for.

    Beyond JSON Schema each property has `x-kestra-type`, and `x-depends-on` where it depends on others.
    """
    symbol = flow.outline.id
    form = _form(symbol.value if symbol is not None else "", flow.outline.inputs)
    description = find_text(flow.root, "description")
    return form | ({"description": description} if description else {})


def resume_form(task: TaskSymbol) -> dict[str, Any]:
    """The same for what a Pause asks for before it lets a run go on."""
    return _form(task.id, asked_by_pause(task))


def _form(title: str, declared: Iterable[InputSymbol]) -> dict[str, Any]:
    inputs = [each for each in declared if each.id and each.type != "FORM"]
    needed = [each.id for each in inputs if each.required and not each.has_default and not each.depends_on]
    return {
        "type": "object",
        "title": title,
        "properties": {each.id: _field(each) for each in inputs},
        "required": needed,
        "additionalProperties": False,
    }


def _field(symbol: InputSymbol) -> dict[str, Any]:
    node = symbol.node
    field: dict[str, Any] = {"title": find_text(node, "displayName") or symbol.id, "x-kestra-type": symbol.type}
    field |= _KINDS.get(symbol.type, {"type": "string"})
    description = find_text(node, "description")
    if description:
        field["description"] = description
    values = [text for item in find_items(node, "values") if (text := _choice(item))]
    if values and symbol.type == "MULTISELECT":
        field["items"] = {"type": "string", "enum": values}
    elif values and find_scalar(node, "allowCustomValue") is not True:
        field["enum"] = values
    elif values:
        field["examples"] = values
    if symbol.type == "ARRAY" and (item_type := find_text(node, "itemType")):
        field["items"] = dict(_KINDS.get(item_type, {"type": "string"}))
    for name, key in (("min", "minimum"), ("max", "maximum")):
        bound = find_scalar(node, name)
        if isinstance(bound, int | float) and not isinstance(bound, bool):
            field[key] = bound
    validator = find_text(node, "validator")
    if validator:
        field["pattern"] = f"^(?:{validator})$"
    default = find_value(node, "defaults")
    if (
        default is not None
        and symbol.type != "SECRET"
        and not (isinstance(default, ScalarNode) and "{{" in str(scalar_value(default)))
    ):
        field["default"] = plain_value(default)
    if symbol.depends_on:
        field["x-depends-on"] = list(symbol.depends_on)
    return field


def _choice(item: Any) -> str:
    return item.value if isinstance(item, ScalarNode) else find_text(item, "value") or ""
