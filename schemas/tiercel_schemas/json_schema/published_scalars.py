"""JSON Schema of scalars as Kestra's reader takes them: quoted numbers, numbers as text, expressions."""

from __future__ import annotations

from typing import Any

from tiercel_schemas.catalog import Property
from tiercel_schemas.json_schema.shallow import whole_pattern

Schema = dict[str, Any]

EXPRESSION: Schema = {"type": "string", "pattern": r"\{[{%]"}
"""A text with an expression or a tag."""

_INTEGER_TEXT = r"^\s*([-+]?[0-9]+\s*)?$"
_NUMBER_TEXT = r"^\s*([-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?\s*)?$"
_BOOLEAN_TEXT = r"^\s*(([Tt]rue|TRUE|[Ff]alse|FALSE)\s*)?$"
_DURATION_TEXT = (
    r"^([-+]?[Pp](?=[-+0-9Tt])([-+]?[0-9]+[Dd])?"
    r"([Tt](?=[-+.,0-9])([-+]?[0-9]+[Hh])?([-+]?[0-9]+[Mm])?([-+]?[0-9]+([.,][0-9]*)?[Ss])?)?)?$"
)
_BOUNDS = {
    "minimum": "minimum",
    "maximum": "maximum",
    "exclusive_minimum": "exclusiveMinimum",
    "exclusive_maximum": "exclusiveMaximum",
}


def scalar_schema(prop: Property) -> Schema:
    """The schema of a literal value of a property whose kind is no list and no map."""
    empty = [] if prop.required else ["null"]
    if prop.kind in {"integer", "number"}:
        bounds = {word: bound for name, word in _BOUNDS.items() if (bound := getattr(prop, name)) is not None}
        text = _INTEGER_TEXT if prop.kind == "integer" else _NUMBER_TEXT
        return {"anyOf": [{"type": ["number", *empty], **bounds}, {"type": "string", "pattern": text}]}
    if prop.kind == "boolean":
        return {"anyOf": [{"type": ["boolean", *empty]}, {"type": "string", "pattern": _BOOLEAN_TEXT}]}
    if prop.enum:
        return {"enum": list(prop.enum)}
    schema: Schema = {"type": ["string", "number", "boolean", *empty]}
    if prop.format == "duration":
        schema["pattern"] = _DURATION_TEXT
    elif prop.format == "date":
        schema["format"] = "date"
    if prop.pattern is not None:
        schema["pattern"] = whole_pattern(prop.pattern)
    if prop.min_length is not None:
        schema["minLength"] = prop.min_length
    if prop.max_length is not None:
        schema["maxLength"] = prop.max_length
    return schema


def takes_any_text(schema: Schema) -> bool:
    """Whether any text, so an expression too, is fine by a schema."""
    return not schema or ("string" in schema.get("type", ()) and not {"pattern", "format"} & schema.keys())


def with_expression(schema: Schema) -> Schema:
    """The same, with an expression as another way to give the value."""
    return schema if takes_any_text(schema) else {"anyOf": [schema, EXPRESSION]}
