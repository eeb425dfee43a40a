"""The Avro schema of rows: as written, or as the first rows have it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from itertools import islice
from typing import Any

from tiercel_engine.tasks.api import TaskFailure

_NAMESPACE = "io.kestra.plugin.serdes.avro"
_BYTES_OF_INT = 31


def read_schema(written: str) -> Any:
    """A parsed schema; raises `TaskFailure` for one that is none, or no record at its top."""
    from fastavro import parse_schema
    from fastavro.schema import SchemaParseException, UnknownType

    try:
        schema = parse_schema(json.loads(written), expand=True)
    except (ValueError, KeyError, TypeError, AttributeError, SchemaParseException, UnknownType) as error:
        raise TaskFailure(f"Invalid Avro schema: {error}") from error
    if not isinstance(schema, dict) or schema.get("type") != "record":
        raise TaskFailure("Invalid Avro schema: its top is no record")
    return schema


def inferred_schema(rows: Iterable[Any], most: int | None) -> dict[str, Any]:
    """The schema, as JSON has it, that the first rows fit; `most` None looks at all. Raises `TaskFailure`."""
    if most is not None and most < 1:
        raise TaskFailure("Number of rows to scan must be greater than 0")
    found: Any = None
    for row in islice(rows, most):
        own = _of_root(row)
        found = own if found is None else _merged(found, own)
    if found is None:
        raise TaskFailure("Cannot infer Avro schema from ION input: there are no records in it.")
    return _named(found, "root", set())  # type: ignore[no-any-return]


def _of_root(row: Any) -> Any:
    if isinstance(row, Mapping):
        return {"type": "record", "fields": {str(name): _of(value) for name, value in row.items()}}
    if isinstance(row, list):
        return {"type": "record", "fields": {"value": [_array(row)]}}
    raise TaskFailure("Cannot infer Avro schema from ION input: a row is neither a map nor a list.")


def _of(value: Any) -> list[Any]:
    """The alternatives of a value's type."""
    if value is None:
        return ["null"]
    if isinstance(value, Mapping):
        return [{"type": "record", "fields": {str(name): _of(each) for name, each in value.items()}}, "null"]
    if isinstance(value, list):
        return [_array(value), "null"]
    return ["null", _scalar(value)]


def _array(values: list[Any]) -> dict[str, Any]:
    items: list[Any] = []
    for each in values:
        items = _united(items, _of(each))
    return {"type": "array", "items": items or ["string"]}


def _scalar(value: Any) -> Any:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "int" if value.bit_length() <= _BYTES_OF_INT else "long"
    if isinstance(value, float):
        return "double"
    if isinstance(value, bytes):
        return "bytes"
    if isinstance(value, dt.datetime):
        return {"type": "long", "logicalType": "local-timestamp-millis"}
    if isinstance(value, dt.date):
        return {"type": "int", "logicalType": "date"}
    if isinstance(value, dt.time):
        return {"type": "int", "logicalType": "time-millis"}
    if isinstance(value, (str, Decimal)):
        return "string"
    raise TaskFailure(f"Cannot infer Avro schema from ION input: {type(value).__name__} has no type in Avro.")


def _merged(one: Any, other: Any) -> Any:
    """Two records or two arrays as one."""
    if one["type"] == "array":
        return {"type": "array", "items": _united(one["items"], other["items"])}
    fields = dict(one["fields"])
    for name, kind in other["fields"].items():
        fields[name] = _united(fields[name], kind) if name in fields else _united(["null"], kind)
    for name in one["fields"].keys() - other["fields"].keys():
        fields[name] = _united(["null"], fields[name])
    return {"type": "record", "fields": fields}


def _united(one: list[Any], other: list[Any]) -> list[Any]:
    united = list(one)
    for kind in other:
        shape = kind["type"] if isinstance(kind, dict) and "logicalType" not in kind else None
        same = next(
            (
                place
                for place, each in enumerate(united)
                if each == kind or (shape and isinstance(each, dict) and each["type"] == shape)
            ),
            None,
        )
        if same is None:
            united.append(kind)
        elif shape:
            united[same] = _merged(united[same], kind)
    return united


def _named(kind: Any, name: str, taken: set[str]) -> Any:
    """The schema as Avro wants it: records with names of their own, unions of one type as that type."""
    if isinstance(kind, list):
        made = [_named(each, name, taken) for each in kind]
        return made[0] if len(made) == 1 else made
    if not isinstance(kind, dict) or "logicalType" in kind:
        return kind
    if kind["type"] == "array":
        return {"type": "array", "items": _named(kind["items"], f"{name}_items", taken)}
    own = name
    while own in taken:
        own += "_"
    taken.add(own)
    fields = []
    for each, its in kind["fields"].items():
        field = {"name": each, "type": _named(its, each, taken)}
        fields.append({**field, "default": None} if isinstance(field["type"], list) and its[0] == "null" else field)
    return {"type": "record", "name": own, "namespace": _NAMESPACE, "fields": fields}
