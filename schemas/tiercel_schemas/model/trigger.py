"""What starts executions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field, model_validator

from tiercel_schemas.model.aliases import canonical_type
from tiercel_schemas.model.base import Flag, FlowModel, Template, Text
from tiercel_schemas.model.labels import Labels


class Trigger(FlowModel):
    """A trigger; what belongs to its type stays plain data in `properties`."""

    id: Text = Field(pattern=r"^[a-zA-Z0-9][a-zA-Z0-9_-]*")
    type: Text
    """The real name of the type, aliases resolved."""
    description: Text | None = None
    disabled: Flag = False
    when: Template | None = None
    conditions: tuple[Any, ...] | None = None
    inputs: Mapping[str, Any] | None = None
    labels: Labels = ()
    properties: Mapping[str, Any] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _split(cls, data: Any) -> Any:
        if not isinstance(data, dict) or not isinstance(data.get("type"), str):
            return data
        own = {key: item for key, item in data.items() if key not in _COMMON}
        common = {key: item for key, item in data.items() if key in _COMMON}
        return {**common, "type": canonical_type(data["type"]), "properties": own}


_COMMON = frozenset({"id", "type", "description", "disabled", "when", "conditions", "inputs", "labels"})
