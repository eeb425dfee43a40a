"""JSON, YAML, ION."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tiercel_engine.expressions.json_reading import JsonError, read_json
from tiercel_engine.expressions.yaml_reading import YamlError, read_yaml
from tiercel_engine.inputs.registry import Conversion, RefusedValue, Unchecked, input_kind, parser_complaint
from tiercel_schemas.model.inputs import InputType, JsonInput


def parsed_json(text: str) -> Any:
    """The value of a JSON text; raises `RefusedValue` with the reader's complaint."""
    try:
        return read_json(text)
    except JsonError as complaint:
        raise parser_complaint(str(complaint)) from complaint


@input_kind(InputType.JSON)
class Json:
    """A JSON value, or its text."""

    def convert(self, value: Any, conversion: Conversion) -> Any:  # noqa: ARG002
        """The value; text is parsed."""
        return parsed_json(value) if isinstance(value, str) else value

    def check(self, declared: JsonInput, value: Any) -> Iterable[str]:
        """It fits the declared schema, where there is one."""
        if declared.json_schema is None:
            return
        from jsonschema import Draft202012Validator, SchemaError

        try:
            schema = read_json(declared.json_schema)
            Draft202012Validator.check_schema(schema)
        except (JsonError, SchemaError) as error:
            yield f"its `jsonSchema` can't be used: {getattr(error, 'message', error)}"
            return
        for fault in Draft202012Validator(schema).iter_errors(value):
            yield f"{fault.json_path}: {fault.message}"


@input_kind(InputType.YAML)
class Yaml(Unchecked):
    """A YAML value, or its text."""

    def convert(self, value: Any, conversion: Conversion) -> Any:  # noqa: ARG002
        """The value; text is parsed."""
        if not isinstance(value, str):
            return value
        try:
            return read_yaml(value)
        except YamlError as complaint:
            raise parser_complaint(str(complaint)) from complaint


@input_kind(InputType.ION)
class Ion(Unchecked):
    """An Amazon Ion value, or its text."""

    def convert(self, value: Any, conversion: Conversion) -> Any:  # noqa: ARG002
        """The value as JSON types; text is parsed."""
        if not isinstance(value, str):
            return value
        from tiercel_engine.storage.ion_rows import NotIon, parse_ion

        try:
            return parse_ion(value)
        except NotIon as complaint:
            raise RefusedValue(str(complaint)) from complaint
