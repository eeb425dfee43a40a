"""What every model of the flow language shares: frozen, camel-case names in YAML, scalars read as Kestra reads them."""

from __future__ import annotations

import math
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict
from pydantic.alias_generators import to_camel


class FlowModel(BaseModel):
    """A piece of a flow; unknown keys are the schema's business and are dropped here."""

    model_config = ConfigDict(
        frozen=True,
        alias_generator=to_camel,
        populate_by_name=True,
        extra="ignore",
        arbitrary_types_allowed=True,
        defer_build=True,
    )


def java_text(value: object) -> object:
    """A scalar where text is wanted, as Jackson coerces it (`no` is `false`, `1.10` is `1.1`); the rest untouched."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return str(value) if math.isfinite(value) else repr(value)
    return value


def _truth(value: object) -> object:
    if isinstance(value, str) and value.strip() in {"true", "True", "TRUE", "false", "False", "FALSE"}:
        return value.strip().lower() == "true"
    if value is None:
        return False
    return value


def _items(value: object) -> object:
    return () if value is None else value


Text = Annotated[str, BeforeValidator(java_text)]
"""Text, or a scalar that Kestra takes for text."""
Flag = Annotated[bool, BeforeValidator(_truth)]
"""A literal boolean, or its text; null is false."""
Template = Annotated[str, BeforeValidator(java_text)]
"""Text that may hold expressions, rendered at run time."""
Value = Any
"""Plain data whose texts may hold expressions."""
NoneAsEmpty = BeforeValidator(_items)
"""Lets a key without a value stand for an empty list."""
