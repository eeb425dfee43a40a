"""Outputs of a flow, and the outputs that a Loop declares: the same shape."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from tiercel_schemas.model.inputs import ID_PATTERN, InputType, Text


class Output(BaseModel):
    """A declared output: `value` is rendered at the end and converted to `type`.

    `value` is as written: text (mostly an expression), a list, a map or a scalar. `required` false turns a
    value that can't be rendered into none; None, the default, counts as true.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    id: Annotated[Text, Field(pattern=ID_PATTERN)]
    type: InputType
    value: Any
    description: str | None = None
    display_name: Annotated[Text | None, Field(alias="displayName")] = None
    required: bool | None = None
