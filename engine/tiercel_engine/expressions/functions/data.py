"""Functions that make and read data."""

from __future__ import annotations

from typing import Any

from tiercel_engine.expressions.arguments import truth_of
from tiercel_engine.expressions.equality import compare
from tiercel_engine.expressions.errors import PebbleError
from tiercel_engine.expressions.json_reading import JsonError, read_json
from tiercel_engine.expressions.ranges import inclusive_range
from tiercel_engine.expressions.registry import Arguments, Run, function_unit
from tiercel_engine.expressions.values import is_string
from tiercel_schemas.versions import KestraVersion


@function_unit("fromJson", "json")
def from_json(arguments: Arguments, _run: Run) -> Any:
    """Parsed JSON."""
    if "json" not in arguments:
        raise PebbleError("The 'fromJson' function expects an argument 'json'.")
    text = arguments["json"]
    if text is None:
        return None
    if not is_string(text):
        raise PebbleError("The 'fromJson' function expects an argument 'json' with type string.")
    try:
        return read_json(text)
    except JsonError as error:
        raise PebbleError(f"Invalid json: {error}") from None


@function_unit("yaml")
def yaml(arguments: Arguments, _run: Run) -> Any:
    """Parsed YAML."""
    from tiercel_engine.expressions.yaml_reading import YamlError, read_yaml

    if "yaml" not in arguments:
        raise PebbleError("The 'yaml' function expects an argument 'yaml'.")
    text = arguments["yaml"]
    if not is_string(text):
        raise PebbleError("The 'yaml' function expects an argument 'yaml' with type string.")
    try:
        return read_yaml(text)
    except YamlError as error:
        raise PebbleError(f"Invalid yaml: {error}") from None


@function_unit("fromIon")
def from_ion(arguments: Arguments, run: Run) -> Any:
    """Rows of Ion."""
    from tiercel_engine.expressions.ion_reading import IonError, ion_rows

    if "ion" not in arguments:
        raise PebbleError("The 'fromIon' function expects an argument 'ion'.")
    content = arguments["ion"]
    if content is None:
        return None
    if not is_string(content) and not isinstance(content, bytes):
        kinds = "string" if run.version is KestraVersion.V1_3 else "string or byte[]"
        raise PebbleError(f"The 'fromIon' function expects an argument 'ion' with type {kinds}.")
    takes_all = truth_of(arguments.get("allRows", False))
    try:
        rows = (_no_null(row) for row in ion_rows(content))
        return list(rows) if takes_all else next(rows, None)
    except IonError as error:
        raise PebbleError(f"Invalid ion: {error}") from None


def _no_null(row: Any) -> Any:
    if row is None:
        raise PebbleError("Invalid ion: t is null in sink.next(t)")
    return row


@function_unit("range")
def range_(arguments: Arguments, run: Run) -> list[Any]:
    """Numbers or letters, the end included."""
    start, end = arguments.get("start"), arguments.get("end")
    increment = arguments.get("increment")
    is_bounded = run.version is not KestraVersion.V1_3
    return inclusive_range(start, end, 1 if increment is None else increment, bounded=is_bounded)


@function_unit("max")
def max_(arguments: Arguments, _run: Run) -> Any:
    """The greatest argument."""
    best = None
    for value in arguments.get("values", []):
        if best is None or (value is not None and compare(value, best, "GREATER_THAN", texts_have_order=False) > 0):
            best = value
    return best


@function_unit("min")
def min_(arguments: Arguments, _run: Run) -> Any:
    """The least argument."""
    best = None
    for value in arguments.get("values", []):
        if best is None or (value is not None and compare(value, best, "LESS_THAN", texts_have_order=False) < 0):
            best = value
    return best
