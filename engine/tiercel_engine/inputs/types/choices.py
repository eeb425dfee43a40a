"""SELECT, its old name ENUM, and MULTISELECT. Their `expression` has been rendered to values before."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tiercel_engine.inputs.registry import Conversion, RefusedValue, input_kind, kind_of
from tiercel_engine.inputs.types.structures import parsed_json
from tiercel_engine.inputs.types.texts import as_text
from tiercel_schemas.model.inputs import EnumInput, InputType, MultiselectInput, Option, SelectInput


def option_values(values: Iterable[str | Option] | None) -> list[str]:
    """The values that may be chosen, labels left out."""
    return [value.value if isinstance(value, Option) else value for value in values or ()]


@input_kind(InputType.SELECT, InputType.ENUM)
class Choice:
    """One of several texts."""

    def convert(self, value: Any, conversion: Conversion) -> str:  # noqa: ARG002
        """The value as text."""
        return as_text(value)

    def check(self, declared: SelectInput | EnumInput, value: str) -> Iterable[str]:
        """One of the values, unless a custom one is allowed."""
        if isinstance(declared, SelectInput) and declared.allow_custom_value:
            return
        values = option_values(declared.values)
        if value not in values:
            yield f"it must match the values `[{', '.join(values)}]`"


@input_kind(InputType.MULTISELECT)
class Choices:
    """Several of several values, each of the type of the items."""

    def convert(self, value: Any, conversion: Conversion) -> list[Any]:
        """The list; refuses an item of another type."""
        return convert_items(value, conversion)

    def check(self, declared: MultiselectInput, value: list[Any]) -> Iterable[str]:
        """Each one of the values, unless custom ones are allowed."""
        if declared.allow_custom_value:
            return
        values = option_values(declared.values)
        for item in value:
            if as_text(item) not in values:
                yield f"value `{as_text(item)}` doesn't match the values `[{', '.join(values)}]`"


@input_kind(InputType.ARRAY)
class Array:
    """A list of items of one type."""

    def convert(self, value: Any, conversion: Conversion) -> list[Any]:
        """The list; refuses an item of another type."""
        return convert_items(value, conversion)

    def check(self, declared: object, value: list[Any]) -> Iterable[str]:  # noqa: ARG002
        """Nothing but the type of the items is asked for."""
        return ()


def convert_items(value: Any, conversion: Conversion) -> list[Any]:
    """A list, or the JSON text of one, with each item converted; items of no type stay as they are."""
    items = list(value) if isinstance(value, (list, tuple)) else parsed_json(as_text(value))
    if not isinstance(items, list):
        raise RefusedValue(f"`{as_text(value)}` is no list")
    if conversion.item_type is None:
        return items
    kind = kind_of(conversion.item_type)
    inner = Conversion(conversion.version, conversion.input_id)
    converted = []
    for item in items:
        try:
            converted.append(kind.convert(item, inner))
        except RefusedValue as refusal:
            raise RefusedValue(
                f"Unable to parse array element as `{conversion.item_type}` on `{as_text(item)}`"
            ) from refusal
    return converted
