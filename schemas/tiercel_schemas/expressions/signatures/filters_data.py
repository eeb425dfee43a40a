"""Filters of lists, maps, documents and dates."""

from __future__ import annotations

from tiercel_schemas.expressions.signatures.model import Signature, SignatureKind, parameters
from tiercel_schemas.versions import KestraVersion

_F = SignatureKind.FILTER
_OLD = KestraVersion.V1_3
_DATE = parameters("format: string = 'iso'", "timeZone: string?", "existingFormat: string?", "locale: string?")
_STAMP = parameters("timeZone: string?", "existingFormat: string?")

COLLECTION_FILTERS = (
    Signature("chunk", _F, parameters("size: integer"), "list", "Cuts a list into lists of a size.", "list"),
    Signature("distinct", _F, (), "list", "Each element once.", "list"),
    Signature("first", _F, (), "any", "The first element, or the first character.", "list | string"),
    Signature("last", _F, (), "any", "The last element, or the last character.", "list | string"),
    Signature("flatten", _F, (), "list", "Puts the elements of inner lists in their place, one level deep.", "list"),
    Signature(
        "join",
        _F,
        parameters("separator: string = ''"),
        "string",
        "Joins the elements as text.",
        "list",
        example="inputs.names | join(', ')",
    ),
    Signature("keys", _F, (), "list", "The keys of a map, or the indices of a list.", "map | list"),
    Signature("values", _F, (), "list", "The values of a map.", "map"),
    Signature(
        "length",
        _F,
        (),
        "integer",
        "The number of characters or elements; null has 0.",
        "string | list | map",
    ),
    Signature(
        "merge",
        _F,
        parameters("items: list | map"),
        "list | map",
        "Adds the elements or entries of another.",
        "list | map",
    ),
    Signature("reverse", _F, (), "list", "The elements in reverse order.", "list"),
    Signature("sort", _F, (), "list", "The elements in rising order.", "list"),
    Signature("rsort", _F, (), "list", "The elements in falling order.", "list"),
    Signature(
        "slice",
        _F,
        parameters("fromIndex: integer = 0", "toIndex: integer?"),
        "list | string",
        "The part from one index up to another, which is excluded.",
        "list | string",
        example="inputs.list | slice(0, 2)",
    ),
    Signature(
        "default",
        _F,
        parameters("default: any"),
        "any",
        "Another value when there is none: missing, null, blank text, an empty list or map.",
        example="inputs.name | default('nobody')",
    ),
    Signature("className", _F, (), "string", "The Java class of a value."),
)

DOCUMENT_FILTERS = (
    Signature("toJson", _F, (), "string", "Writes a value as compact JSON."),
    Signature(
        "json",
        _F,
        (),
        "string",
        "Writes a value as compact JSON.",
        until=_OLD,
        deprecated=True,
        replacement="toJson",
    ),
    Signature("toIon", _F, (), "string", "Writes a value as Ion text."),
    Signature("yaml", _F, (), "string", "Writes a value as YAML, ending in a line break."),
    Signature(
        "jq",
        _F,
        parameters("expression: string"),
        "list",
        "Runs a jq expression; the result is always a list of all outcomes.",
        example="outputs.call.body | jq('.items[].id') | first",
    ),
)

TIME_FILTERS = (
    Signature(
        "date",
        _F,
        _DATE,
        "string",
        "Formats a date by a named format or a Java pattern.",
        "date",
        example="trigger.date | date('yyyy-MM-dd')",
    ),
    Signature(
        "dateAdd",
        _F,
        parameters("amount: integer", "unit: string") + _DATE,
        "string",
        "Moves a date by an amount of a unit such as 'DAYS' or 'HOURS'.",
        "date",
        example="now() | dateAdd(-1, 'DAYS')",
    ),
    Signature("timestamp", _F, _STAMP, "integer", "Seconds since 1970.", "date"),
    Signature("timestampMilli", _F, _STAMP, "integer", "Milliseconds since 1970.", "date"),
    Signature("timestampMicro", _F, _STAMP, "string", "Microseconds since 1970.", "date"),
    Signature("timestampNano", _F, _STAMP, "string", "Nanoseconds since 1970.", "date"),
)
