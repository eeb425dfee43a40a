"""JSON Schema of one object, not of what lies below it: objects inside it have schemas of their own.

These schemas take values as Kestra's reader has converted them (`reading`), so they can be plain and each
fault comes as one error of one keyword.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from tiercel_schemas.catalog import ObjectType, PluginType, Property
from tiercel_schemas.json_schema.formats import FORMATS

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_BOUNDS = {
    "minimum": "minimum",
    "maximum": "maximum",
    "exclusive_minimum": "exclusiveMinimum",
    "exclusive_maximum": "exclusiveMaximum",
    "min_length": "minLength",
    "max_length": "maxLength",
    "min_items": "minItems",
    "max_items": "maxItems",
}
# Beyond ASCII any character passes for a letter.
_LETTERS = {r"\p{Ll}": r"a-z\u00aa-\uffff", r"\p{L}": r"A-Za-z\u00aa-\uffff"}


@cache
def object_schema(fact: ObjectType) -> Mapping[str, Any]:
    """The shallow schema of one object; nested objects are only asked to be objects."""
    properties = {name: value_schema(each) for name, each in fact.properties.items()}
    for each in fact.properties.values():
        properties.update((alias, properties[each.name]) for alias in each.aliases if alias not in properties)
    if isinstance(fact, PluginType):
        properties.setdefault("type", {"type": "string"})
    schema: dict[str, Any] = {"$schema": DIALECT, "type": "object", "properties": properties}
    if fact.required:
        schema["required"] = list(fact.required)
    if not fact.open:
        schema["additionalProperties"] = False
    return schema


@cache
def object_validator(fact: ObjectType) -> Draft202012Validator:
    """The compiled shallow schema."""
    from jsonschema import Draft202012Validator, FormatChecker

    checker = FormatChecker(formats=())
    for name, check in FORMATS.items():
        checker.checkers[name] = (partial(_passes, check), ())
    return Draft202012Validator(object_schema(fact), format_checker=checker)


def _passes(check: Callable[[str], bool], value: object) -> bool:
    return not isinstance(value, str) or check(value)


def value_schema(prop: Property) -> dict[str, Any]:
    """The shallow schema of one value."""
    if prop.const is not None:
        return {"const": prop.const}
    if prop.ref is not None or prop.base is not None:
        return {"type": "object"}
    if prop.alternatives:
        return _union(prop.alternatives)
    schema: dict[str, Any] = {}
    if prop.kind is not None:
        schema["type"] = prop.kind
    if prop.enum:
        schema["enum"] = list(prop.enum)
    if prop.format in FORMATS:
        # What is not rendered is read at once, and then a zone is needed.
        schema["format"] = "instant" if prop.format == "date-time" and not prop.dynamic else prop.format
    if prop.pattern is not None:
        schema["pattern"] = whole_pattern(prop.pattern)
    for name, keyword in _BOUNDS.items():
        bound = getattr(prop, name)
        if bound is not None:
            schema[keyword] = bound
    if prop.items is not None:
        schema["items"] = value_schema(prop.items)
    if prop.values is not None:
        schema["additionalProperties"] = value_schema(prop.values)
    return schema


def _union(alternatives: tuple[Property, ...]) -> dict[str, Any]:
    kinds = {each.kind or ("object" if each.ref or each.base else None) for each in alternatives}
    if None in kinds:
        return {}
    schema: dict[str, Any] = {"type": sorted(kind for kind in kinds if kind is not None)}
    lists = [each for each in alternatives if each.kind == "array"]
    if len(lists) == 1 and lists[0].items is not None:
        schema["items"] = value_schema(lists[0].items)
    return schema


def whole_pattern(pattern: str) -> str:
    """A Java pattern that must match the whole text, for engines that search and know no Unicode classes."""
    bare = pattern.removeprefix("^").removesuffix("$")
    for java, portable in _LETTERS.items():
        bare = bare.replace(java, portable)
    return f"^(?:{bare})$(?!\\n)"
