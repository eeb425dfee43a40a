"""Labels: pairs written as a map or as a list."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from tiercel_schemas.model.base import FlowModel, NoneAsEmpty, Text


class Label(FlowModel):
    """A key and its value."""

    key: Text = Field(min_length=1)
    value: Text = Field(min_length=1)


def _as_list(value: Any) -> Any:
    if isinstance(value, dict):
        return [{"key": key, "value": "" if item is None else item} for key, item in value.items()]
    return value


Labels = Annotated[tuple[Label, ...], NoneAsEmpty, BeforeValidator(_as_list)]
"""Labels as pairs in the order written, from either form."""
